"""Executes one command and returns its exit code. stdout has only the answer; stderr has progress and problems."""

from __future__ import annotations

import asyncio
import math
import os
import re
import shlex
import sys
import time
from argparse import Namespace
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from runway_desktop.domain.permissions import COMMAND_LINE
from runway_desktop.remote.engine_client import EngineClient
from runway_desktop.remote.messages import LONGEST_LINE
from runway_desktop.remote.opening import INTERRUPTED, Ended, opened
from runway_desktop.services.disk.disk_steps import parsed, typed
from runway_desktop.services.disk.disk_threads import DiskThreads, in_worker
from runway_desktop.usecases.clients.refusals import CallRefused, Code
from runway_desktop.usecases.clients.verbs import MOST_LISTED, MOST_TASKS, VERBS, members

from . import options, outcomes, printing
from .printing import Answer, say

_EACH_WAIT = 1.0
"""Seconds of one wait call. Progress is printed in between."""
_LONGEST_TYPED = 1000
"""Bytes."""
_COMMAND = re.compile(rf"`({options.PROGRAM} [^`]+)`")
_SAVED_LATER = "Its result is saved when a window or a `wait` runs."


def main(words: Sequence[str]) -> int:
    if words[0] == "completion":
        return _complete(words)
    command = _Command(words)
    in_json = any(word.partition("=")[0] in ("--json", "--jsonl") for word in words)
    try:
        # Reading stdin is done outside of the loop, where it can be interrupted.
        chosen, arguments = _read(words)
        code, found = asyncio.run(command.run(chosen, arguments))
    except CallRefused as error:
        return printing.refused(error, in_json=in_json)
    except Ended as ended:
        return ended.exit_code
    except KeyboardInterrupt:
        command.say_how_to_go_on()
        return INTERRUPTED
    command.say_notes(found)
    if not found:
        return code
    if problem := printing.write(printing.as_json(found) if in_json else printing.as_text(found)):
        say(problem)
        return code or Code.FAILED.value
    return code


def _complete(words: Sequence[str]) -> int:
    """Prints a file that packaging made of the parser."""
    from runway_desktop.catalog.resource_path import resource

    try:
        printing.write(resource("completions", options.read(words).shell).read_text("utf-8"))
    except CallRefused as error:
        return printing.refused(error, in_json=False)
    except FileNotFoundError:
        say("A working copy has no completions yet. “python3 packaging/dev.py package wheel” makes them.")
        return Code.FAILED.value
    return 0


def _read(words: Sequence[str]) -> tuple[Namespace, dict[str, Any]]:
    """The parsed command and the parameters of its call. Raises CallRefused."""
    chosen = options.read(words)
    if "-" in getattr(chosen, "ids", ()):
        read = _content("-", "list of ids").decode("utf-8-sig", "replace").split()
        chosen.ids = list(dict.fromkeys(word for one in chosen.ids for word in (read if one == "-" else [one])))
    if chosen.command == "grant":
        _confirm_grant(chosen)
    if chosen.command in ("release", "resolve") and not has_terminal():
        said = "Only a person decides that: at a terminal, or in the window."
        raise CallRefused(said, code=Code.REFUSED, advice="Nothing was done.")
    arguments = _arguments(chosen)
    if getattr(chosen, "batch", None) is not None:
        from . import batch

        arguments = {"batch": batch.read(_content(chosen.batch, "batch"), chosen.batch, arguments, chosen.batch_name)}
    if getattr(chosen, "save", None) is not None and not getattr(chosen, "dry_run", False):
        from .saving import check_folder

        check_folder(chosen.save)
    return chosen, arguments


class _Command:
    """One command in progress. `run` returns exit code and answer."""

    _chosen: Namespace

    def __init__(self, words: Sequence[str]) -> None:
        self._going_on = [*words]
        """Arguments of the command that continues after an interruption."""
        self._lacks_results = False

    def say_how_to_go_on(self) -> None:
        say("Interrupted. What was sent to Runway is not stopped by that.")
        if any(word.partition("=")[0] == "--batch" for word in self._going_on):
            say("Rows that were made before are not made again.")
        elif self._going_on[:1] == ["create"] and "--request-id" not in self._going_on:
            say("If repeated within ten minutes, it is made once; after that, look at “runway-desktop list” first.")
        say(f"To go on: {shlex.join([options.PROGRAM, *self._going_on])}")

    async def run(self, chosen: Namespace, arguments: dict[str, Any]) -> tuple[int, Answer]:
        """Raises CallRefused, Ended."""
        self._chosen = chosen
        words = "".join(f" {shlex.quote(word)}" for word in _profile_words(chosen))

        def named(said: str) -> str:
            """A command that the advice names is for the same profile."""
            return _COMMAND.sub(lambda command: f"`{command[1]}{words}`", said)

        async with opened(chosen, COMMAND_LINE) as line:
            try:
                code, answer = await self._run(line, arguments)
                found = dict(answer)
                for priced in (found, found.get("price", {})):
                    if "because" in priced:
                        priced["because"] = named(priced["because"])
                return code, found
            except CallRefused as error:
                error.message, error.advice = named(error.message), named(error.advice)
                raise
            except asyncio.CancelledError:
                self.say_how_to_go_on()
                if line.has_own_engine:
                    say("What is being sent is finished first.")
                raise

    async def _run(self, line: EngineClient, arguments: dict[str, Any]) -> tuple[int, Answer]:
        chosen = self._chosen
        match chosen.command:
            case "create":
                return await self._create(line, arguments)
            case "wait":
                return await self._wait(line, chosen.ids)
            case "get":
                found = await line.call("get", arguments)
                code = 0
                if chosen.wait or chosen.save is not None:
                    ended, _ = await self._wait(line, [found["id"]])
                    # The task's state does not matter: the question could be answered.
                    code = ended if ended == Code.NOT_YET.value or self._lacks_results else 0
                    found = await line.call("get", arguments)
                return code, self._advised(line, found)
            case "list" if chosen.jsonl is not None:
                return 0, await self._streamed(line, arguments)
            case "list":
                found = await line.call("list", arguments)
                if "next_after" in found and chosen.json is None:
                    self._tell(f"{found['total']:,} tasks in all. To go on: --after {found['next_after']}")
                return 0, _narrowed(found, chosen.json)
            case "adopt" | "cancel":
                found = await _in_parts(line, chosen.command, arguments)
                for task_id, problem in found["problems"].items():
                    say(f"{task_id}: {problem}")
                fails = Code.FAILED if chosen.command == "cancel" else Code.NOT_FOUND
                codes = {fails.value} if found["problems"] else set()
                if chosen.command == "adopt" and (chosen.wait or chosen.save is not None) and found["tasks"]:
                    ids = [task["id"] for task in found["tasks"]]
                    self._going_on = ["wait", *ids, *_words_kept(chosen)]
                    ended, waited = await self._wait(line, ids)
                    codes.add(ended)
                    found = {**found, "tasks": waited["tasks"]}
                return outcomes.worst(codes), found
            case "steps":
                return await self._steps(line, arguments)
            case "release" | "resolve":
                return await self._decide(line, arguments)
            case command:
                return 0, await line.call(command, arguments)

    async def _streamed(self, line: EngineClient, arguments: dict[str, Any]) -> Answer:
        """Prints every task that the query finds, one a line, page by page; ends when nobody reads any more."""
        chosen = self._chosen
        arguments = {"limit": MOST_LISTED, **arguments}
        while True:
            found = await line.call("list", arguments)
            tasks = _narrowed(found, chosen.jsonl)["tasks"]
            try:
                await asyncio.to_thread(printing.put, "".join(map(printing.as_json, tasks)))
            except BrokenPipeError:
                return {}
            if chosen.limit is not None or "next_after" not in found:
                self.say_notes(found)
                return {}
            arguments = {**arguments, "after": found["next_after"]}

    @staticmethod
    def say_notes(found: Answer) -> None:
        for name in ("engine", "note"):
            if name in found:
                say(found[name])

    def _tell(self, words: str) -> None:
        """Says what is no problem."""
        if not self._chosen.quiet:
            say(words)

    async def _create(self, line: EngineClient, arguments: dict[str, Any]) -> tuple[int, Answer]:
        chosen = self._chosen
        if chosen.batch is not None:
            from .batch import BatchRun

            return await BatchRun(line, chosen, arguments["batch"], partial(self._advised, line), self._tell).run()
        if chosen.dry_run:
            return 0, await line.call("estimate", arguments)
        # Without an id from the caller, the engine treats an identical request as a repeat, as after Ctrl-C.
        made = await line.call("create", arguments)
        if made["is_repeat"] and not arguments["request_id"]:
            say("The same was asked for before: this is that task. To make it once more, give it a --request-id.")
        code, task = await self._followed(line, made)
        return code, {**task, "is_repeat": made["is_repeat"]}

    async def _followed(self, line: EngineClient, made: Answer) -> tuple[int, Answer]:
        """Until it is sent or, if that is asked for, has ended."""
        chosen = self._chosen
        self._going_on = ["wait", made["id"], *_words_kept(chosen)]
        try:
            if chosen.wait or chosen.save is not None:
                code, waited = await self._wait(line, [made["id"]])
                return code, waited["tasks"][0]
            # Without a window, it would not be sent after this command.
            look = partial(self._look, line)
            made = self._compared(
                await outcomes.until_sent(look, made, outcomes.SENT_WITHIN, is_patient=line.has_own_engine)
            )
        except CallRefused as error:
            # It is stored: whatever happened since, a script must not make it once more.
            say(error.in_words())
            return Code.NOT_YET.value, self._advised(line, made)
        made = self._reported(line, made)
        return outcomes.exit_code([made]), made

    async def _steps(self, line: EngineClient, arguments: dict[str, Any]) -> tuple[int, Answer]:
        chosen = self._chosen
        found = await line.call("steps", arguments)
        for problem in found.get("left_out", ()):
            say(problem)
        tasks, end = found["tasks"], time.monotonic() + outcomes.SENT_WITHIN
        if chosen.dry_run or not tasks:
            return 0, found
        ids = [task["id"] for task in tasks]
        self._going_on = ["wait", *ids, *_words_kept(chosen)]
        if chosen.wait or chosen.save is not None:
            code, waited = await self._wait(line, ids)
            return code, {**found, "tasks": waited["tasks"]}
        for number, task in enumerate(tasks):
            within = max(0.0, end - time.monotonic())
            sent = await outcomes.until_sent(partial(self._look, line), task, within, is_patient=line.has_own_engine)
            tasks[number] = self._reported(line, sent)
        return outcomes.exit_code(tasks), {**found, "tasks": tasks}

    async def _look(self, line: EngineClient, ids: Sequence[str], seconds: float) -> Sequence[Answer]:
        if self._chosen.command in ("create", "steps"):
            found: Sequence[Answer] = (await line.call("wait", {"ids": ids, "seconds": seconds}))["tasks"]
            return found
        # The person agreed to this task, and a wait may send others, too.
        await asyncio.sleep(seconds)
        return [await line.call("get", {"id": one}) for one in ids]

    async def _decide(self, line: EngineClient, arguments: dict[str, Any]) -> tuple[int, Answer]:
        """Asks as the window would, until what the person agreed to is what there still is to agree to."""
        chosen = self._chosen
        found = await line.call(chosen.command, arguments)
        while "asks" in found:
            for words in found["asks"]:
                say(words)
            sys.stderr.write(f"Type yes for “{found['yes']}”: ")
            sys.stderr.flush()
            if (await _typed()).strip().casefold() != "yes":
                raise CallRefused("Nothing was done.", code=Code.REFUSED)
            found = await line.call(chosen.command, {**arguments, "agreed": found["agreed"]})
        [task] = found["tasks"]
        if getattr(chosen, "dismiss", False):
            return 0, found
        code, task = await self._followed(line, task)
        return code, {"tasks": [task]}

    def _reported(self, line: EngineClient, made: Answer) -> Answer:
        made = self._advised(line, made)
        if made["state"] in outcomes.NOT_SENT:
            why = made.get("waits_because", "").rstrip(".") or "its turn comes later"
            say(f"{made['id']} is not sent yet: {why}. {made['next']}")
        return made

    def _advised(self, line: EngineClient, task: Answer) -> Answer:
        """The task, with what happens next when this command has ended."""
        if task["state"] not in (*outcomes.NOT_SENT, *outcomes.AT_RUNWAY, "uncertain"):
            return task
        says = _SAVED_LATER if line.has_own_engine and task["state"] in outcomes.AT_RUNWAY else task.get("next", "")
        resolve, release, waits = (
            shlex.join([options.PROGRAM, command, task["id"], *_profile_words(self._chosen)])
            for command in ("resolve", "release", "wait")
        )
        if task["state"] == "uncertain":
            return {**task, "next": f"{says} To decide at a terminal: `{resolve}`."}
        if task["state"] in outcomes.OF_PERSON:
            says += f" To decide at a terminal: `{release}`."
        return {**task, "next": f"{says} To wait for it: {waits}"}

    def _compared(self, task: Answer) -> Answer:
        """The task, marked if Runway's price is above what `create` agreed to."""
        most = outcomes.agreed_to(self._chosen)
        if most is None or task["state"] in (*outcomes.NOT_SENT, "uncertain") or task.get("credits", 0.0) <= most:
            return task
        say(f"{task['id']} costs {task['credits']:g} credits at Runway, more than {most:g}. Do not repeat it.")
        return {**task, "over_max_credits": True}

    async def _wait(self, line: EngineClient, ids: Sequence[str]) -> tuple[int, Answer]:
        chosen = self._chosen
        end = time.monotonic() + (math.inf if chosen.timeout is None else chosen.timeout)
        told: dict[str, str] = {}
        patience: dict[str, float] = {}
        gives_up, is_stuck = math.inf, False
        while True:
            seconds = min(_EACH_WAIT, max(0.0, end - time.monotonic()))
            found = await _in_parts(line, "wait", {"ids": list(ids), "seconds": seconds, "saved": True}, **patience)
            for task in found["tasks"]:
                if told.get(task["id"]) != (word := outcomes.progress_of(task)):
                    told[task["id"]] = word
                    self._tell(f"{task['id']} {word}")
            now = time.monotonic()
            is_stuck = found["is_over"] or outcomes.all_rest(found["tasks"])
            # A key or a disk may come right in a moment.
            settles = found["is_over"] or outcomes.wants_key(found["tasks"])
            grace = outcomes.SETTLED_WITHIN if settles else 0.0 if chosen.timeout is None else math.inf
            gives_up = min(gives_up, now + grace) if is_stuck else math.inf
            if now >= min(gives_up, end):
                break
            if found["is_over"] and not outcomes.unsaved_files(found["tasks"], "failed"):
                break
            if found["is_over"]:
                await asyncio.sleep(_EACH_WAIT)
            patience = {"patience": min(outcomes.HANDED_OVER_WITHIN, end - now)}
        unsaved = outcomes.unsaved_files(found["tasks"], "failed", "expired")
        for task, file in unsaved:
            say(f"{task['id']}: a result is not saved. {file.get('problem', '')}")
        self._lacks_results = bool(unsaved)
        if chosen.save is not None:
            from .saving import copy_results

            self._lacks_results |= not await asyncio.to_thread(copy_results, found["tasks"], chosen.save, self._tell)
        shown = partial(self._reported if is_stuck else self._advised, line)
        found = {**found, "tasks": [shown(self._compared(task)) for task in found["tasks"]]}
        code = outcomes.exit_code(found["tasks"]) if found["is_over"] or is_stuck else Code.NOT_YET.value
        if self._lacks_results:
            say(f"To have the rest later: {shlex.join([options.PROGRAM, 'wait', *ids, *_words_kept(chosen)])}")
            code = code or Code.FAILED.value
        return code, found


def _arguments(chosen: Namespace) -> dict[str, Any]:
    """The parameters of the call. Raises CallRefused for a file that is not a valid request."""
    verb = VERBS[chosen.command]
    given = verb.command.given if verb.command is not None else {}
    read = {
        one.name: _values(chosen) if one.kind == "dict" else getattr(chosen, one.name)
        for one in members(verb.takes)
        if one.name not in given
    }
    return {**given, **{name: value for name, value in read.items() if value is not None}}


async def _in_parts(line: EngineClient, name: str, arguments: dict[str, Any], **more: float) -> dict[str, Any]:
    """The answer about any number of tasks, of as many calls as it takes."""
    empty: Mapping[str, Any] = {"list": [], "dict": {}, "bool": True}
    found: dict[str, Any] = {one.name: empty[one.kind] for one in members(VERBS[name].gives) if one.required}
    ids = arguments["ids"]
    starts = range(0, len(ids), MOST_TASKS)
    for start in starts:
        part = {**arguments, "ids": ids[start : start + MOST_TASKS]}
        if "seconds" in part:
            part["seconds"] /= len(starts)
        for member, value in (await line.call(name, part, **more)).items():
            match found.get(member):
                case bool() as before:
                    found[member] = before and value
                case list() as before:
                    found[member] = before + value
                case dict() as before:
                    found[member] = before | value
                case _:
                    found[member] = value
    return found


def _values(chosen: Namespace) -> dict[str, Any]:
    found = _read_request(chosen.source) if chosen.source else {}
    for field in chosen.fields:
        name, text = _pair(field)
        found[name] = typed(text)
    for field in chosen.files:
        name, path = _pair(field)
        try:
            path.encode()
        except UnicodeEncodeError as error:
            raise CallRefused("The file's name is no Unicode.", "Rename it, or link to it.") from error
        found[name] = Path(path).expanduser().absolute().as_uri()
    return found


def _pair(field: str) -> tuple[str, str]:
    name, is_pair, text = field.partition("=")
    if not (name and is_pair):
        raise CallRefused(f"“{field}” is no NAME=VALUE.", code=Code.INPUT)
    return name, text


def _read_request(source: str) -> dict[str, Any]:
    content = _content(source, "request")
    try:
        # Windows programs write a byte order mark.
        found = parsed(content.decode("utf-8-sig"))
    except ValueError as error:
        raise CallRefused("The request cannot be read.", code=Code.INPUT, advice=f"{error}.") from error
    if not isinstance(found, dict):
        raise CallRefused("The request is no JSON object.", code=Code.INPUT)
    found.pop("model", None)
    return found


def _content(source: str, what: str) -> bytes:
    """All of a file, or of stdin. Raises CallRefused, also if it is longer than a message."""
    try:
        if source != "-":
            with open(source, "rb") as file:
                content = file.read(LONGEST_LINE + 1)
        elif sys.stdin is None:
            raise ValueError("stdin is closed")
        else:
            content = sys.stdin.buffer.read(LONGEST_LINE + 1)
    except (OSError, ValueError) as error:
        raise CallRefused(f"The {what} cannot be read.", code=Code.INPUT, advice=f"{error}.") from error
    if len(content) > LONGEST_LINE:
        said = f"The {what} is longer than {LONGEST_LINE:,} bytes."
        raise CallRefused(said, code=Code.INPUT, advice="Name files or links in it instead of their content.")
    return content


def _narrowed(found: Answer, fields: Sequence[str] | None) -> Answer:
    if not fields:
        return found
    return {**found, "tasks": [{name: task.get(name) for name in fields} for task in found["tasks"]]}


def _confirm_grant(chosen: Namespace) -> None:
    """A user at a terminal is asked. A script with redirected input has to say that nobody was."""
    may_go, chosen.unattended = chosen.unattended, not has_terminal()
    if chosen.show or not chosen.credits:
        return
    if chosen.unattended:
        if may_go:
            return
        said = "A grant is given at a terminal, or in the window."
        advice = "Run this yourself, or say --unattended: then the window tells it when it opens."
        raise CallRefused(said, code=Code.REFUSED, advice=advice)
    say(f"Commands will be able to spend up to {chosen.credits:g} credits a day from this profile, without asking.")
    if not _says_yes("to allow it"):
        raise CallRefused("Nothing was granted.", code=Code.REFUSED)


def has_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


async def _typed() -> str:
    """A line from the terminal. A reading that is not wanted any more keeps no process from ending, as one through
    `sys.stdin` on a worker thread would."""
    line = await in_worker(DiskThreads(1, "terminal"), os.read, sys.stdin.fileno(), _LONGEST_TYPED)
    return line.decode("utf-8", "replace")


def _says_yes(to: str) -> bool:
    sys.stderr.write(f"Type yes {to}: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() == "yes"


def _profile_words(chosen: Namespace) -> list[str]:
    words = ["--demo"] if chosen.demo else []
    words += ["--profile", chosen.profile] if chosen.profile else []
    return words + (["--profile-dir", str(chosen.profile_dir)] if chosen.profile_dir else [])


def _words_kept(chosen: Namespace) -> list[str]:
    """Options of a waiting command that its continuation needs too."""
    words = _profile_words(chosen) + (["--save", str(chosen.save)] if chosen.save is not None else [])
    return words + ["--json"] * (chosen.json is not None) + ["--quiet"] * chosen.quiet
