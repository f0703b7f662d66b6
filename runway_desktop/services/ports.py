"""The interfaces of the outside world (API, store, keychain, clock) as Protocols that the engine owns. Adapters
implement them; tests use fakes.

Every method is called on the loop's thread and never blocks it. Only the errors of `domain.errors` that a method names
are raised: an adapter translates every exception of its library, of the system and of decoding, and of a mistake in
itself, which it also logs. CancelledError passes.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from runway_desktop.domain.account import Fingerprint, Organization, UsedCredits
from runway_desktop.domain.backups import Contents
from runway_desktop.domain.clients import Client, ClientRequest, RecordLine
from runway_desktop.domain.folders import FileMove
from runway_desktop.domain.library import (
    Entries,
    Estimate,
    Filter,
    GroupSummary,
    KeptSheet,
    LedgerEntry,
    Listing,
    NotSaved,
    PlaceCounts,
    ResultFacts,
    Row,
    Takes,
    Timing,
)
from runway_desktop.domain.outputs import KeptFile, Looked, Stream
from runway_desktop.domain.spending_report import SpendingLine
from runway_desktop.domain.task import Batch, BatchId, Input, Output, RemoteId, Task, TaskId
from runway_desktop.domain.transitions import Answer, CreatedTask


class Clock(Protocol):
    """Time as a parameter. `now` is wall time in Unix seconds and may jump; `monotonic` never goes back."""

    def now(self) -> float: ...

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...

    def call_later(self, seconds: float, call: Callable[[], object]) -> Callable[[], object]:
        """Calls it on the loop after so many seconds. What this gives stops that, and may be called too late."""
        ...


class Runway(Protocol):
    """The API. One secret at a time; `None` raises KeyRefused without asking. A call is made with the secret that is in
    use when it is called, or not at all, so `key` just before it is whose word its answer is. Every call raises
    ApiError, of the kind that says what happened; what nobody thought of is NoReply."""

    @property
    def key(self) -> Fingerprint:
        """Of the secret in use; `NO_KEY` without one."""
        ...

    def use_secret(self, secret: str | None) -> None: ...

    async def create(self, endpoint: str, body: Mapping[str, Any]) -> CreatedTask:
        """POST, once and never again. NotReached, RequestRefused, KeyRefused, SlowDown (429), NotTaken (503 in
        Runway's own words): no task was made. NoReply, BadReply, other ServerTrouble: nobody knows."""
        ...

    async def task(self, remote_id: RemoteId) -> Answer:
        """GET, once. NotThere for Runway's own 404: deleted, or another organization's. Misrouted for a gateway's."""
        ...

    async def delete(self, remote_id: RemoteId) -> None:
        """Cancels a live task, deletes a finished one for good. NotThere is success for the caller to judge."""
        ...

    async def organization(self) -> Organization: ...

    async def usage(self, start: date, before: date) -> Sequence[UsedCredits]: ...

    async def upload(self, path: Path, progress: Callable[[int, int], None]) -> str:
        """Uploads a file and gives its runway:// URI, good for 24 hours. `progress(sent, total)` in bytes, on the
        loop. DiskError when the file cannot be read, RequestRefused when Runway would not take it."""
        ...


class ClosableRunway(Runway, Protocol):
    """One that is the caller's own, as for the test of a key."""

    async def aclose(self) -> None:
        """Closes its connections. Raises nothing."""
        ...


class Fetcher(Protocol):
    def open(self, url: str, *, offset: int = 0, etag: str = "") -> AbstractAsyncContextManager[Stream]:
        """Opens a result's link; no secret is ever sent. `etag` guards a resumed download: a changed file starts at
        0. LinkExpired for 401/403/404/410, NotReached, NoReply, BadReply, ServerTrouble, SlowDown, RequestRefused
        else, also while it is read. A body that ends early raises NoReply. What its reader raises passes."""
        ...


class SecretStore(Protocol):
    """The system's keychain. Calls may take as long as a person takes; they run in a worker. SecretStoreError for
    all that fails."""

    async def name(self) -> str:
        """The store in words ("GNOME Keyring"); SecretStoreError(ABSENT) when there is none."""
        ...

    async def get(self, profile: str) -> str | None: ...

    async def set(self, profile: str, secret: str) -> None: ...

    async def delete(self, profile: str) -> None:
        """Deleting what is not there is no error."""
        ...


class SystemTrash(Protocol):
    async def throw(self, path: Path) -> Path | None:
        """Moves a file to the system's trash and tells where in it it is now; None where the system does not tell, or
        there was no file. DiskError when it cannot."""
        ...

    async def take_back(self, binned: Path, place: Path) -> None:
        """Moves a file from where it is in the trash to its place, and never over another. DiskError when it cannot."""
        ...


class Snapshots(Protocol):
    """Lists of tasks as files: copied while in use, looked into, made ready for another place. Unlike the other ports
    these calls block; they belong into a worker. StoreError for all that goes wrong, NewerFormat for a list that a
    newer program wrote; what a `watch` raises passes."""

    def take(self, source: Path, target: Path, watch: Callable[[int, int], None]) -> Contents:
        """Copies a list, in use or not, to a new file without any secret and without its identity. `watch(done, total)`
        is told of bytes, and called with zeros just to look. Whatever happens, there is a whole `target` or none."""
        ...

    def look(self, path: Path) -> Contents: ...

    def results(self, path: Path) -> builtins.list[Output]:
        """The saved results of a list that is in use or not."""
        ...

    def setting(self, path: Path, name: str) -> Any:
        """One setting of a list that is in use or not; None where it has none."""
        ...

    def bring_up_to_date(self, path: Path) -> None:
        """Checks and migrates a list that nobody uses."""
        ...

    def check(self, path: Path, watch: Callable[[int, int], None]) -> None:
        """Reads all of a list, in use or not: DamagedList where it is not sound. `watch` is called with zeros."""
        ...

    def carry_over(self, source: Path, target: Path) -> None:
        """Brings what a list has at Runway, or may have there, and what it has not saved yet into another; nobody uses
        either."""
        ...

    def make_empty(self, path: Path) -> None:
        """Makes a list without tasks where there is no file."""
        ...

    def settle(
        self,
        path: Path,
        *,
        settings: Mapping[str, Any],
        results: Mapping[tuple[TaskId, int], Path],
        folders: Sequence[tuple[str, str]],
        posters: Collection[str] = (),
    ) -> None:
        """Makes a list that nobody uses ready for its new place, all or nothing: sets `settings`, says where `results`
        lie now, puts the second of a pair of `folders` in place of the first where a path or URI begins with it, and
        forgets posters that are neither there nor among `posters`, which are still to come."""
        ...


class Store(Protocol):
    """Tasks on disk. Every write is one transaction and is on disk when the call returns. StoreError when it cannot,
    for whatever reason. LookupError for what is not there, ValueError for adding what is: the caller's mistakes. (Its
    `list` hides the built-in one.)"""

    async def add(
        self,
        tasks: Sequence[Task],
        inputs: Sequence[Input],
        batch: Batch | None,
        entries: Sequence[LedgerEntry],
        outputs: Sequence[Output] = (),
    ) -> None:
        """New tasks with all that is theirs, together or not at all. A batch is inserted or renamed."""
        ...

    async def save(
        self, task: Task, entry: LedgerEntry | None = None, outputs: Sequence[Output] = (), inputs: Sequence[Input] = ()
    ) -> None:
        """Task, ledger line, outputs and inputs together or not at all. Outputs and inputs are inserted or replaced."""
        ...

    async def save_many(self, tasks: Sequence[Task], entries: Sequence[LedgerEntry] = ()) -> None: ...

    async def save_output(self, output: Output, entry: LedgerEntry | None = None) -> None:
        """Inserts or replaces it, here as everywhere. What the disk said last of its file stays as it is known here,
        unless path, bytes, size or state are others: then it is what `output` says."""
        ...

    async def save_outputs(self, outputs: Sequence[Output]) -> None: ...

    async def renew_links(self, outputs: Sequence[Output]) -> None:
        """Writes the link of each, and when it was fetched; the rest stays as it is stored. One that is not there is
        left out."""
        ...

    async def change_output(
        self,
        task_id: TaskId,
        index: int,
        edit: Callable[[Output], Output | None],
        entry: LedgerEntry | None = None,
    ) -> Output | None:
        """Changes an output as it is at this moment, whatever others write; gives what it is now. None, and no line in
        the ledger, when it is not there, or `edit` gave None or the same. `edit` is pure; it is called on another
        thread."""
        ...

    async def kept_files(self, after: tuple[TaskId, int] | None, limit: int) -> Sequence[KeptFile]:
        """The first so many results, behind `after`, that have a file, or had one before it went to the trash; in an
        order that does not change. Removed tasks' too."""
        ...

    async def missing_files(self) -> Sequence[KeptFile]:
        """Those that were not where they were saved."""
        ...

    async def note_looks(self, looks: Sequence[Looked]) -> Sequence[Output]:
        """Notes what the disk said, of those results that are still at the same path with the same bytes, and their
        lines in the ledger where it is news; gives the results that it is news of."""
        ...

    async def outputs_in(self, folder: str) -> builtins.list[Output]:
        """Results whose path lies in this folder, or below it, in whatever state; removed tasks' too. By path."""
        ...

    async def move_outputs(
        self, moves: Sequence[FileMove], settings: Mapping[str, Any] = MappingProxyType({})
    ) -> builtins.list[Output]:
        """New paths for results that still have the old ones, and settings, together or not at all. Gives the results
        that were moved, as they are now."""
        ...

    async def get(self, task_id: TaskId) -> Task | None: ...

    async def get_many(self, task_ids: Sequence[TaskId]) -> builtins.list[Task]:
        """In the order asked; unknown ids are left out."""
        ...

    async def find_remote(self, remote_ids: Sequence[RemoteId]) -> dict[RemoteId, TaskId]:
        """Which of these Runway ids are here already (removed ones too)."""
        ...

    async def unfinished(self) -> builtins.list[Task]:
        """All that are not final, removed or not: held, sending, uncertain, live. By position."""
        ...

    async def unsaved(self) -> builtins.list[Row]:
        """Tasks that succeeded and have an output that is neither SAVED nor EXPIRED."""
        ...

    async def not_saved(self, now: float, limit: int) -> NotSaved:
        """Results that are not on this disk though Runway may still have them: links
        that have not expired first, the one that ends soonest before the others; then the expired ones, the youngest
        first."""
        ...

    async def outputs(self, task_id: TaskId) -> builtins.list[Output]: ...

    async def inputs(self, task_id: TaskId) -> builtins.list[Input]: ...

    async def result_facts(self, task_id: TaskId) -> ResultFacts | None:
        """What is told of the results of a task; None where it is not there."""
        ...

    async def upload_of(self, sha256: str, key: Fingerprint, since: float, until: float) -> tuple[str, float] | None:
        """A runway:// URI of the same bytes that this key uploaded after `since` and not later than `until`, and
        when."""
        ...

    async def ledger(self, task_id: TaskId) -> builtins.list[LedgerEntry]: ...

    async def last_sending(self) -> int:
        """The number of the ledger's newest line of a sending, of any task; 0 when there is none. It grows with every
        sending, in the same transaction that makes the task SENDING, and with nothing else."""
        ...

    async def list(self, listing: Listing, limit: int = 0) -> Entries:
        """Ids in order; entries of a group stand together. Removed tasks are left out. With a limit only the first so
        many by the order, grouped among themselves: a first answer that comes at once."""
        ...

    async def beginning(self, listing: Listing, limit: int, sight: int) -> tuple[Entries, Sequence[Row]]:
        """The first answer of `list`, and the rows of its first `sight` entries."""
        ...

    async def amount(self, wanted: Filter) -> int:
        """How many tasks would be listed."""
        ...

    async def outputs_with(self, hashes: Sequence[str]) -> builtins.list[Output]:
        """Results whose bytes have one of these SHA-256, removed tasks' too."""
        ...

    async def uses_of(self, hashes: Sequence[str], folders: Sequence[str] = ()) -> builtins.list[Input]:
        """Inputs whose bytes have one of these SHA-256, or whose file lies in one of these folders, each once;
        removed tasks' too."""
        ...

    async def takes(self, task_id: TaskId) -> Takes:
        """The task, what it was made again from, and all that was made again from any of those."""
        ...

    async def rows(self, task_ids: Sequence[TaskId]) -> Sequence[Row]: ...

    async def groups(self, listing: Listing) -> Sequence[GroupSummary]: ...

    async def counts(self) -> PlaceCounts: ...

    async def batch_names(self, batch_ids: Sequence[BatchId]) -> dict[BatchId, str]:
        """Of those that are here."""
        ...

    async def timings(self, endpoint: str, model: str, shape: str, limit: int = 50) -> Sequence[Timing]:
        """Of tasks that succeeded, latest first: of the same shape (a word that the caller derives from the
        settings) if there are any three, else of the same endpoint and model."""
        ...

    async def learn(self, endpoint: str, model: str, shape: str, estimate: Estimate) -> None: ...

    async def learned(self) -> dict[tuple[str, str, str], float]:
        """All learned estimates in credits, by (endpoint, model, shape); a few thousand at most."""
        ...

    async def spent_since(self, since: float) -> float:
        """Credits of tasks sent since then: actual where known, else estimated."""
        ...

    async def clients(self, identity: str) -> Sequence[Client]:
        """By name. What they were permitted in a list of another identity does not hold."""
        ...

    async def save_client(self, client: Client, identity: str) -> None: ...

    async def note_client_request(self, asked: ClientRequest) -> ClientRequest:
        """Writes a client's wish down; where there is one of the same client and request id, gives that instead."""
        ...

    async def note_refusal(self, task_ids: Sequence[TaskId], reason: str, is_expired: bool, is_withdrawn: bool) -> None:
        """Of the wishes behind these tasks."""
        ...

    async def client_request(self, client: str, request_id: str) -> ClientRequest | None: ...

    async def latest_client_requests(self, client: str, digest: str, limit: int) -> Sequence[ClientRequest]: ...

    async def client_requests(self, task_ids: Sequence[TaskId]) -> Mapping[TaskId, ClientRequest]:
        """The wishes behind these tasks."""
        ...

    async def reserved_since(self, client: str, since: float) -> float:
        """Credits of what a client asked for since then and was let go: what it cost where known, else what it was
        reckoned at."""
        ...

    async def record_call(self, line: RecordLine) -> None: ...

    async def client_record(self, since: float, limit: int) -> Sequence[RecordLine]:
        """Calls and wishes of all clients, latest first."""
        ...

    async def spending(
        self, since: float, until: float, *, utc: bool = False, by_client: bool = False
    ) -> Sequence[SpendingLine]:
        """What tasks spent from `since` until before `until`, removed ones too, by day (of this machine's zone, or
        UTC as Runway counts), model, project and batch; in that order. `by_client`: by who asked for them too."""
        ...

    async def spent_by_project(self, projects: Sequence[str]) -> dict[str, float]:
        """Credits that all tasks of each of these projects spent, ever; 0 for one without."""
        ...

    async def spent_tasks(self, since: float, until: float, project: str | None = None) -> Sequence[tuple[Task, str]]:
        """The tasks behind `spending`, oldest first, each with its batch's name. None: of all projects."""
        ...

    async def settings(self) -> dict[str, Any]:
        """All settings of the profile, as JSON values."""
        ...

    async def set_settings(self, values: Mapping[str, Any]) -> None: ...

    async def save_sheet(self, sheet: KeptSheet) -> None:
        """Inserts or replaces it."""
        ...

    async def change_sheet(self, sheet_id: str, edit: Callable[[str], str]) -> None:
        """Gives a sheet the text that `edit` makes of the one that is kept at that moment. Without it nothing happens.
        `edit` is called on the database's thread."""
        ...

    async def delete_sheet(self, sheet_id: str) -> None:
        """Deleting what is not there is no error. Its tasks stay."""
        ...

    async def sheet(self, sheet_id: str) -> KeptSheet | None: ...

    async def sheet_of_batch(self, batch_id: BatchId) -> KeptSheet | None: ...

    async def sheets(self, limit: int) -> Sequence[KeptSheet]:
        """Latest changed first, without their texts."""
        ...

    async def recent_prompts(self, limit: int, text: str = "") -> Sequence[str]:
        """Prompts of tasks, latest first, each once; with `text`, those that hold every word of it."""
        ...

    async def refused_prompts(self) -> frozenset[str]:
        """Prompts of tasks that moderation refused."""
        ...

    async def checkpoint(self) -> bool:
        """Writes what stands in a log beside the list's file into that file. Whether all that was written before the
        call is there now, and on the disk; False while somebody reads or writes, and until the list is known to be
        sound. Nobody who writes waits for those who read."""
        ...

    async def close(self) -> None: ...
