"""Record of the requests that the simulator received, for tests: counts by task, uploads, misplaced secrets.

Of the content it records only sizes and hashes, never a secret. On the loop's thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from runway_desktop.values import Struct, field


class Witness(Struct):
    """All counts since the start."""

    accepted: list[str] = field(default_factory=list)
    """Ids in the order in which creates were accepted."""
    refused: Counter[int] = field(default_factory=Counter)
    """Refused creates, by status."""
    questions: Counter[str] = field(default_factory=Counter)
    """GETs by task id, answered or not."""
    last_question: dict[str, float] = field(default_factory=dict)
    """Time of each task's last GET."""
    shortest_pause: dict[str, float] = field(default_factory=dict)
    """The shortest time between two GETs of the same task."""
    deleted: list[str] = field(default_factory=list)
    uploads: list[dict[str, object]] = field(default_factory=list)
    """One object for each completed upload: uri, filename, type, size, sha256."""
    voices: list[str] = field(default_factory=list)
    """Words from which a voice was designed."""
    downloads: Counter[str] = field(default_factory=Counter)
    """GETs at the outputs' origin, by task id."""
    misplaced_secrets: Counter[str] = field(default_factory=Counter)
    """Requests with an Authorization header at an origin that must never get one, by origin."""
    unauthorized: int = 0

    def asked(self, task_id: str, now: float) -> None:
        """Counts a GET of a task."""
        self.questions[task_id] += 1
        before = self.last_question.get(task_id)
        if before is not None:
            pause = now - before
            self.shortest_pause[task_id] = min(pause, self.shortest_pause.get(task_id, pause))
        self.last_question[task_id] = now

    def report(self, ended: Mapping[str, float], running: int) -> dict[str, object]:
        """The whole record as JSON: the answer to `GET /_control/state`."""
        return {
            "creates": {"accepted": list(self.accepted), "refused": dict(self.refused)},
            "gets": dict(self.questions),
            "shortestPause": dict(self.shortest_pause),
            "ended": dict(ended),
            "open": running,
            "deleted": list(self.deleted),
            "uploads": list(self.uploads),
            "downloads": dict(self.downloads),
            "misplacedSecrets": dict(self.misplaced_secrets),
            "unauthorized": self.unauthorized,
        }
