"""Tasks, results and rows in any state, for tests of what is said of them and offered for them. No Qt."""

from typing import Any

from runway_desktop.domain.account import NO_KEY, fingerprint_of
from runway_desktop.domain.failures import Failure, Reason, ReasonCode
from runway_desktop.domain.library import Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Output, OutputState, Request, State, Task, TaskId
from tests.rigs.fake_runway import remote_id

RESULT_STATES = tuple(OutputState)


def task(number: int, state: State = State.QUEUED, prompt: str = "", **members: Any) -> Task:
    """A task whose id is `t` and its number; later numbers were made, and sent, later."""
    at = 1_750_000_000.0 + number
    values = {"promptText": prompt or f"Prompt {number}", "ratio": "1280:720", "duration": 5}
    defaults: dict[str, Any] = {
        "id": TaskId(f"t{number}"),
        "request": Request(
            endpoint="text_to_video", model="gen4.5", values=values, prompt=prompt or f"Prompt {number}"
        ),
        "created_at": at,
        "state": state,
        "position": float(number),
        "sent_at": None if state is State.QUEUED else at,
        "remote_id": None if state in (State.QUEUED, State.SENDING, State.UNCERTAIN) else remote_id(number),
        "key": NO_KEY if state is State.QUEUED else fingerprint_of("key_test"),
        "ended_at": at + 60 if state.is_final else None,
    }
    return Task(**(defaults | members))


def saved(of: Task, path: str = "/library/clip.mp4", index: int = 0, **members: Any) -> Output:
    defaults: dict[str, Any] = {"state": OutputState.SAVED, "media": Media.VIDEO, "path": path, "size": 1_200_000}
    defaults |= {"url": "https://out.example/clip.mp4", "url_fetched_at": of.created_at}
    return Output(task_id=of.id, index=index, **(defaults | members))


def row(state: State = State.SUCCEEDED, *outputs: OutputState, number: int = 1, **members: Any) -> Row:
    one = task(number, state, **members)
    return Row(task=one, outputs=tuple(output(one, kind, index) for index, kind in enumerate(outputs)))


def output(of: Any, kind: OutputState, index: int = 0, **members: Any) -> Output:
    problem = Reason(ReasonCode.DISK_FULL, "/library") if kind is OutputState.FAILED else None
    return saved(of, f"/library/{of.id}-{index}.mp4", index, state=kind, problem=problem, **members)


def failed(code: str, **members: Any) -> Row:
    return row(State.FAILED, failure=Failure(code=code, words="Something."), **members)
