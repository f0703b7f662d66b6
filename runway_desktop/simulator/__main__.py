"""The simulator's command line: `python -m runway_desktop.simulator --port 8080 --speed 10`.

`main` is also called by `runway-desktop --simulator …`, since a bundle has no Python to start modules with. The first
line on standard output is a JSON object with the addresses; then it serves until interrupted or, with
`--until-input-ends`, until its parent process has ended. Exit code 0; 1 if its port or its file cannot be used; 2 for
invalid arguments.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from .faults import Fault
from .server import running_simulator
from .world import Knobs

_EXAMPLES = """\
words in a prompt: [fail:CODE] fails with that code, [outputs:4] makes several, [seconds:60] takes that long,
[stuck] never ends, [status:WORD] says a status that nobody knows, [as:glb] makes a file of that format,
[signed] answers with a sample that has content credentials (mp4, png, jpeg)

faults, each `--fault ROUTE:HARM[,NAME=VALUE…]`:
  --fault get:status,status=503,retry_after=2,times=3    the next three polls get 503
  --fault create:cut,accepted=true,every=5               every fifth create is accepted, its answer lost
  --fault output:cut_body,probability=0.3                three in ten downloads break off
  --fault '*:latency,seconds=1.5'                        everything is slow
  --fault api:status,status=401,after=20                 after twenty requests the key is refused for good
routes: create get delete organization usage slot upload output, api (all but the last two), * (all)
  --fault create:status,status=503,accepted=true,times=1 a create is accepted, and denied in the API's own words
  --fault create:html,status=503,accepted=true,times=1   the same in those of a gateway
  --fault create:endless,seconds=0.5                     answers to creates never end
  --fault get:html,status=404                            a gateway answers polls in the API's place
harms: status html empty latency hold cut cut_body wrong_length short_body broken_json endless word members reordered
  odd gone expired
others: path accepted after times every probability status retry_after seconds word
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the simulator until it is interrupted."""
    parser = _parser()
    wishes = parser.parse_args(arguments)
    try:
        changes = {name: value for name in Knobs.__struct_fields__ if (value := getattr(wishes, name)) is not None}
        knobs = Knobs().turned(changes)
        faults = [Fault.parse(words) for words in wishes.fault]
    except ValueError as error:
        parser.error(str(error))
    try:
        asyncio.run(_serve(knobs, faults, wishes))
    except KeyboardInterrupt:
        pass
    except OSError as error:
        print(f"The simulator cannot run on port {wishes.port}: {error}", file=sys.stderr)
        return 1
    return 0


async def _serve(knobs: Knobs, faults: Sequence[Fault], wishes: argparse.Namespace) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for word in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(word, ended.set)
    async with running_simulator(
        knobs, port=wishes.port, other_secrets=wishes.other_secret, faults=faults, kept_in=wishes.keep
    ) as simulator:
        words = {name: getattr(simulator, name) for name in ("base_url", "upload_url", "output_url", "secret")}
        # A program without a console may have no sys.stdout though its parent reads from a pipe.
        os.write(1, json.dumps(words).encode() + b"\n")
        if wishes.until_input_ends:
            _watch_input(loop, ended)
        await ended.wait()


def _watch_input(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 1024):
                pass
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=watch, name="simulator's input", daemon=True).start()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="runway-desktop --simulator",
        description="Serves a simulated Runway API on this machine. Nothing leaves it, and nothing costs anything.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="port of the API on 127.0.0.1 (default: a free one)")
    parser.add_argument("--speed", type=float, help="divides all waiting and running times (default: 1)")
    parser.add_argument("--seed", type=int, help="the same lengths, failures and ids on every run")
    parser.add_argument("--concurrency", type=int, help="tasks of one model at once (default: 2)")
    parser.add_argument("--daily-limit", type=int, help="tasks of one model in 24 hours (default: 200)")
    parser.add_argument("--balance", type=int, help="credits of the organization (default: 10000)")
    parser.add_argument("--failure-rate", type=float, help="share of tasks that fail, 0 to 1 (default: 0)")
    parser.add_argument("--failure-code", help="the code with which those fail (default: any)")
    parser.add_argument("--link-seconds", type=float, help="how long a link to an output works (default: 86400)")
    parser.add_argument("--unknown-seconds", type=float, help="how long a new task is answered with 404 (default: 0)")
    parser.add_argument("--cost-seconds", type=float, help="how long an ended run tells no cost (default: 20)")
    parser.add_argument(
        "--other-secret", action="append", default=[], metavar="SECRET", help="the key of one more organization"
    )
    parser.add_argument("--fault", action="append", default=[], metavar="FAULT", help="an answer to spoil; see below")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="go on from this file, and keep everything in it")
    parser.add_argument("--until-input-ends", action="store_true", help="end when standard input does")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
