"""Runs one command and gives its exit code. stdout has the answer alone; stderr has progress and problems."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
import sys
import time
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from runway_desktop.remote.line import Line
from runway_desktop.remote.opening import TERMINATED, Wanted, opened
from runway_desktop.services.client_requests import COMMAND_LINE
from runway_desktop.usecases.clients.refusals import CallRefused, Code

from . import options

INTERRUPTED = 130
_EACH_WAIT = 1.0
"""Seconds of one call. Progress is said in between."""
_SENT_WITHIN = 20.0
"""Seconds for which a command waits for a free slot."""
_OF_STATE = {"failed": Code.FAILED, "gone": Code.NOT_FOUND, "uncertain": Code.UNCERTAIN, "cancelled": Code.FAILED}

Answer = Mapping[str, Any]


def main(words: Sequence[str]) -> int:
    chosen = options.read(words)
    waited: list[str] = []
    try:
        code = asyncio.run(_run(chosen, waited))
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Who read it has enough. Nothing more may be written, nor at the end of the process.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except asyncio.CancelledError:
        return TERMINATED
    except KeyboardInterrupt:
        _say("Interrupted. No task was stopped by that.")
        if waited:
            _say(f"To go on: {options.PROGRAM} wait {shlex.join([*waited, *_profile_words(chosen)])}")
        return INTERRUPTED


async def _run(chosen: Namespace, waited: list[str]) -> int:
    wanted = Wanted(demo=chosen.demo, folder=chosen.profile_dir, name=chosen.profile, verbose=chosen.verbose)
    try:
        if chosen.command == "grant":
            _confirm_grant(chosen)
        arguments = _arguments(chosen)
        async with opened(wanted, COMMAND_LINE) as line:
            match chosen.command:
                case "create":
                    return await _create(line, chosen, arguments, waited)
                case "wait":
                    waited += chosen.ids
                    return await _wait(line, chosen, chosen.ids)
                case "get":
                    # It could answer, whatever the task's state is.
                    return _print(await line.call("task", arguments), chosen)
                case command:
                    return _print(await line.call(command, arguments), chosen)
    except CallRefused as error:
        return _refused(error, chosen)


def _arguments(chosen: Namespace) -> dict[str, Any]:
    """What the call takes. Raises CallRefused for a file that is no request."""
    match chosen.command:
        case "get":
            return {"id": chosen.id, "links": True}
        case "create":
            return {
                "endpoint": chosen.endpoint,
                "model": chosen.model,
                "values": _values(chosen),
                "prompt": chosen.prompt or "",
                "project": chosen.project,
                "request_id": chosen.request_id,
                "max_credits": chosen.max_credits,
            }
        case "list":
            return {"query": chosen.query, "limit": chosen.limit}
        case "adopt" | "cancel":
            return {"ids": chosen.ids}
        case "models":
            return {"endpoint": chosen.endpoint}
        case "grant":
            return {"credits": chosen.credits}
        case _:
            return {}


def _values(chosen: Namespace) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if chosen.source:
        try:
            text = sys.stdin.read() if chosen.source == "-" else Path(chosen.source).read_text("utf-8")
            found = json.loads(text)
        except (OSError, ValueError, RecursionError) as error:
            raise CallRefused("The request cannot be read.", code=Code.INPUT, advice=str(error)) from error
        if not isinstance(found, dict):
            raise CallRefused("The request is no JSON object.", code=Code.INPUT)
        found.pop("model", None)
    for field in chosen.fields:
        name, is_pair, text = field.partition("=")
        if not is_pair:
            raise CallRefused(f"“{field}” is no NAME=VALUE.", code=Code.INPUT)
        try:
            found[name] = json.loads(text)
        except ValueError:
            found[name] = text
    for field in chosen.files:
        name, _, path = field.partition("=")
        found[name] = Path(path).expanduser().absolute().as_uri()
    return found


async def _create(line: Line, chosen: Namespace, arguments: dict[str, Any], waited: list[str]) -> int:
    if chosen.dry_run:
        return _print(await line.call("price", arguments), chosen)
    # One wish, however often the engine moves while it is said.
    arguments["request_id"] = arguments["request_id"] or f"{time.time_ns():x}"
    made = await line.call("create", arguments)
    if not chosen.wait:
        if line.has_own_engine:
            made = await _sent(line, made)
        _print(made, chosen)
        return Code.UNCERTAIN.value if made["state"] == "uncertain" else 0
    waited.append(made["task_id"])
    _say(f"{made['task_id']} {made['state']}")
    return await _wait(line, chosen, waited)


async def _sent(line: Line, made: Answer) -> Answer:
    """Without a window nobody sends it once this command has ended."""
    end = time.monotonic() + _SENT_WITHIN
    while made["state"] == "sending" or (made["state"] == "held" and "waits_for" not in made):
        if made["state"] == "held" and time.monotonic() > end:
            _say("It waits in the queue, and is sent when Runway Desktop runs next.")
            break
        [now] = (await line.call("wait", {"ids": [made["task_id"]], "seconds": 0.2}))["tasks"]
        made = {**now, "is_repeat": made["is_repeat"]}
    return made


async def _wait(line: Line, chosen: Namespace, ids: Sequence[str]) -> int:
    end = None if chosen.timeout is None else time.monotonic() + chosen.timeout
    told: dict[str, str] = {}
    while True:
        seconds = _EACH_WAIT if end is None else min(_EACH_WAIT, max(0.0, end - time.monotonic()))
        found = await line.call("wait", {"ids": list(ids), "seconds": seconds, "saved": True})
        for task in found["tasks"]:
            word = f"{task['state']} {task['progress']:.0%}" if "progress" in task else task["state"]
            word = f"{word}: {task['waits_because']}" if "waits_because" in task else word
            if told.get(task["task_id"]) != word:
                told[task["task_id"]] = word
                _say(f"{task['task_id']} {word}")
        if found["is_over"] or (end is not None and time.monotonic() >= end):
            break
    if chosen.save is not None:
        await asyncio.to_thread(_copy_results, found["tasks"], chosen.save)
    _print(found["tasks"][0] if len(ids) == 1 else found, chosen)
    if not found["is_over"]:
        return Code.NOT_YET.value
    codes = [_OF_STATE[task["state"]] for task in found["tasks"] if task["state"] in _OF_STATE]
    # The worst that can be done wrong comes first.
    return max((code.value for code in codes), default=0)


def _copy_results(tasks: Sequence[Answer], folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for task in tasks:
            for file in task.get("files", ()):
                if "path" in file:
                    shutil.copy2(file["path"], folder)
                    _say(f"saved {folder / Path(file['path']).name}")
    except OSError as error:
        raise CallRefused("The results could not be copied there.", code=Code.INPUT, advice=str(error)) from error


def _confirm_grant(chosen: Namespace) -> None:
    """Only somebody at a terminal: a script that is fed from elsewhere grants itself nothing."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        said = "A grant is given at a terminal, or in the window."
        raise CallRefused(said, code=Code.REFUSED, advice="Run this yourself.")
    if chosen.credits <= 0:
        return
    _say(f"Commands will be able to spend up to {chosen.credits:g} credits a day from this profile, without asking.")
    sys.stderr.write("Type yes to allow it: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().casefold() != "yes":
        raise CallRefused("Nothing was granted.", code=Code.REFUSED)


def _profile_words(chosen: Namespace) -> list[str]:
    words = ["--demo"] if chosen.demo else []
    words += ["--profile", chosen.profile] if chosen.profile else []
    return words + (["--profile-dir", str(chosen.profile_dir)] if chosen.profile_dir else [])


def _print(found: Answer, chosen: Namespace) -> int:
    if chosen.json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("".join(f"{line}\n" for line in _lines(found)))
    return 0


def _lines(found: Answer) -> list[str]:
    if "tasks" in found:
        return [
            f"{one['task_id']}  {one['state']:9}  {one['model']:20}  {one['prompt'][:60]!r}" for one in found["tasks"]
        ]
    if "models" in found and isinstance(found["models"], list):
        return [f"{one['endpoint']:22}  {one['model']}" for one in found["models"]]
    return [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in found.items()]


def _refused(error: CallRefused, chosen: Namespace) -> int:
    _say(error.in_words())
    if chosen.json:
        said = {"error": error.message, "hint": error.advice, "code": error.code.name.lower()}
        sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
    return error.code.value


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
