"""The interfaces of the outside world (API, store, keychain, clock) as Protocols of the engine. Adapters implement
them; tests use fakes.

Every method is called on the loop's thread and never blocks it. A method raises only the errors of `domain.errors` that
it names: the adapter translates each exception of its library, of the system and of decoding. A mistake in the adapter
is translated too, and logged. CancelledError passes.
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
from runway_desktop.domain.advance import Answer, CreatedTask
from runway_desktop.domain.backups import Contents
from runway_desktop.domain.cast import Member
from runway_desktop.domain.folders import FileMove
from runway_desktop.domain.hooks import Happening, Hook
from runway_desktop.domain.library import (
    Document,
    Entries,
    Estimate,
    Filed,
    Filter,
    GroupSummary,
    KeptSheet,
    LedgerEntry,
    Listing,
    PageCounts,
    ResultFacts,
    Row,
    Takes,
    Timing,
)
from runway_desktop.domain.outputs import KeptFile, Looked, Stream
from runway_desktop.domain.permissions import Client, ClientRequest, RecordLine, Suggestion
from runway_desktop.domain.spending_report import SpendingLine, Sum
from runway_desktop.domain.task import Batch, BatchId, Input, Output, RemoteId, Source, StepId, Task, TaskId
from runway_desktop.domain.workflows.routing import RequestList, Router


class Clock(Protocol):
    """`now` is wall time in Unix seconds and may jump; `monotonic` never goes back."""

    def now(self) -> float: ...

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...

    def call_later(self, seconds: float, call: Callable[[], object]) -> Callable[[], object]:
        """Calls `call` on the loop after so many seconds. Returns a function that cancels this; it may be called
        late."""


class Runway(Protocol):
    """The API, with one secret at a time; without one, calls raise KeyRefused and send nothing. A call uses the secret
    in use when it is called, or fails: so `key`, read just before, is the key that the answer belongs to. Every call
    raises ApiError, of the class that says what happened; unexpected failures are NoReply."""

    @property
    def key(self) -> Fingerprint:
        """Fingerprint of the secret in use; `NO_KEY` without one."""

    def use_secret(self, secret: str | None) -> None: ...

    async def create(self, endpoint: str, body: Mapping[str, Any]) -> CreatedTask:
        """One POST to this path below /v1, never repeated. NotReached, RequestRefused, KeyRefused, SlowDown (429),
        NotTaken (503 in Runway's own words): no task was made. NoReply, BadReply, other ServerTrouble: unknown whether
        a task was made."""

    async def design_voice(self, words: str, model: str) -> str:
        """One POST, never repeated; errors as for `create`. Returns the link of a sound, which works for 24 hours."""

    async def routers(self) -> Sequence[Router]:
        """The organization's model routers; some hundred at most."""

    async def router_requests(self, router_id: str, since: float) -> RequestList:
        """A router's requests, at least those since then (Unix seconds) unless it is not whole; each entry once."""

    async def task(self, remote_id: RemoteId) -> Answer:
        """One GET. NotThere for Runway's own 404: deleted, or another organization's. Misrouted for a gateway's 404."""

    async def run(self, remote_id: RemoteId) -> Answer:
        """The same for a run of a workflow, which has its own ids."""

    async def workflows(self) -> Sequence[Sequence[str]]:
        """Ids of the versions of each, newest first. None if nobody linked its workspace with the project and
        published."""

    async def workflow(self, version_id: str) -> str:
        """A version with its graph, as Runway's own JSON. NotThere if it is gone."""

    async def delete(self, remote_id: RemoteId) -> None:
        """Cancels a live task, deletes a finished one for good. NotThere: the caller decides whether that is
        success."""

    async def organization(self) -> Organization: ...

    async def usage(self, start: date, before: date) -> Sequence[UsedCredits]: ...

    async def upload(self, path: Path, progress: Callable[[int, int], None], sha256: str = "") -> str:
        """Uploads a file; returns its runway:// URI, valid for 24 hours. `progress(sent, total)` in bytes, on the loop.
        DiskError when the file cannot be read or no longer has this hash (empty: any), RequestRefused when Runway does
        not accept it. Nothing is charged, so every failure may be retried."""


class ClosableRunway(Runway, Protocol):
    """A client owned by the caller, as for testing a key."""

    async def aclose(self) -> None:
        """Closes its connections. Raises nothing."""


class Fetcher(Protocol):
    def open(self, url: str, *, offset: int = 0, etag: str = "") -> AbstractAsyncContextManager[Stream]:
        """Opens a result's link; never sends a secret. `etag` guards a resumed download: a changed file starts at
        offset 0. LinkExpired for 401/403/404/410, NotReached, NoReply, BadReply, ServerTrouble, SlowDown, else
        RequestRefused, also while reading. A body that ends early raises NoReply. Exceptions of the reader's own code
        pass."""


class SecretStore(Protocol):
    """The system's keychain. Calls run in a worker and may wait for a person. All failures raise SecretStoreError."""

    async def name(self) -> str:
        """The store's name for people ("GNOME Keyring"); SecretStoreError(ABSENT) if there is none."""

    async def get(self, profile: str) -> str | None: ...

    async def set(self, profile: str, secret: str) -> None: ...

    async def delete(self, profile: str) -> None:
        """Deleting a missing secret is no error."""


class SystemTrash(Protocol):
    async def throw(self, path: Path) -> Path | None:
        """Moves a file to the system's trash; returns its path there. None if the system does not say, or there was no
        file. DiskError on failure."""

    async def take_back(self, binned: Path, path: Path) -> None:
        """Moves a file from the trash back to `place`; never overwrites. DiskError on failure."""


class Snapshots(Protocol):
    """Task lists (database files) as a whole: copy, read, prepare for another folder. Unlike the other ports these
    calls block: run them in a worker. All failures raise StoreError, NewerFormat for a list of a newer program;
    exceptions of `watch` pass."""

    def take(self, source: Path, target: Path, watch: Callable[[int, int], None]) -> Contents:
        """Copies a list, in use or not, to a new file without secrets and identity. Calls `watch(done, total)` with
        bytes, or with zeros as a chance to cancel. `target` is complete or absent, even after a failure."""

    def look(self, path: Path) -> Contents: ...

    def results(self, path: Path) -> builtins.list[Output]:
        """The saved results of a list, in use or not."""

    def setting(self, path: Path, name: str) -> Any:
        """One setting of a list, in use or not; None if it has none."""

    def bring_up_to_date(self, path: Path) -> None:
        """Checks and migrates a list that is not in use."""

    def check(self, path: Path, watch: Callable[[int, int], None]) -> None:
        """Reads all of a list, in use or not; DamagedList if it is damaged. Calls `watch` with zeros."""

    def carry_over(self, source: Path, target: Path) -> None:
        """Copies tasks that are, or may be, at Runway and results not saved yet into another list, in one transaction.
        Neither list may be in use. A task that the target considers not sent, or without a Runway id, gets the source's
        state. Idempotent."""

    def make_empty(self, path: Path) -> None:
        """Makes an empty list if there is no file."""

    def settle(
        self,
        path: Path,
        *,
        settings: Mapping[str, Any],
        results: Mapping[tuple[TaskId, int], Path],
        folders: Sequence[tuple[str, str]],
        posters: Collection[str] = (),
    ) -> None:
        """Prepares a list that is not in use for its new folder, all or nothing: stores `settings` (None removes one),
        sets the paths of `results`, replaces the first of each pair in `folders` by the second where a path or URI
        begins with it, and clears posters that neither exist nor are among `posters`, which are copied later."""


class Store(Protocol):
    """Tasks on disk. Every write is one transaction and is on disk when the call returns. StoreError for every failure.
    LookupError for what does not exist, ValueError for adding what exists: mistakes of the caller. (The method `list`
    hides the built-in one.)"""

    async def add(
        self,
        tasks: Sequence[Task],
        inputs: Sequence[Input],
        batch: Batch | None,
        entries: Sequence[LedgerEntry],
        outputs: Sequence[Output] = (),
    ) -> None:
        """Adds tasks with all their records in one transaction. The batch is inserted or renamed."""

    async def save(
        self, task: Task, entry: LedgerEntry | None = None, outputs: Sequence[Output] = (), inputs: Sequence[Input] = ()
    ) -> None:
        """Writes task, ledger line, outputs and inputs in one transaction. Outputs and inputs are inserted or
        replaced."""

    async def save_many(
        self, tasks: Sequence[Task], entries: Sequence[LedgerEntry] = (), document: Filed | None = None
    ) -> None:
        """All in one transaction."""

    async def save_output(self, output: Output, entry: LedgerEntry | None = None) -> None:
        """Inserts or replaces an output. The stored result of the last file check is kept, unless path, bytes, size or
        state differ: then `output`'s is written."""

    async def save_outputs(self, outputs: Sequence[Output]) -> None: ...

    async def renew_links(self, outputs: Sequence[Output]) -> None:
        """Updates link and fetch time of each; other columns stay. Missing outputs are skipped."""

    async def change_output(
        self,
        task_id: TaskId,
        index: int,
        edit: Callable[[Output], Output | None],
        entry: LedgerEntry | None = None,
    ) -> Output | None:
        """Reads, edits and writes an output in one transaction; returns the new one. None, without a ledger line, if it
        is missing or `edit` returns None or an equal value. `edit` must be pure; it is called on another thread."""

    async def kept_files(self, after: tuple[TaskId, int] | None, limit: int) -> Sequence[KeptFile]:
        """A page of up to `limit` results behind `after` that have a file, or had one before it went to the trash.
        Stable order; includes removed tasks."""

    async def missing_files(self) -> Sequence[KeptFile]:
        """Results whose file was not at its path at the last check."""

    async def note_looks(self, looks: Sequence[Looked]) -> Sequence[Output]:
        """Stores what file checks found, where the result still has the same path and bytes, with ledger lines for
        changes. Returns the changed results."""

    async def outputs_in(self, folder: str) -> builtins.list[Output]:
        """Results in any state whose path is in this folder or below, by path; includes removed tasks."""

    async def move_outputs(
        self, moves: Sequence[FileMove], settings: Mapping[str, Any] = MappingProxyType({})
    ) -> builtins.list[Output]:
        """Sets new paths for results that still have the old ones, and settings, in one transaction. Returns the moved
        results as they are now."""

    async def get(self, task_id: TaskId) -> Task | None: ...

    async def get_many(self, task_ids: Sequence[TaskId]) -> builtins.list[Task]:
        """In the order asked; unknown ids are left out."""

    async def find_remote(self, remote_ids: Sequence[RemoteId]) -> dict[RemoteId, TaskId]:
        """Which of these Runway ids are known; includes removed tasks."""

    async def unfinished(self) -> builtins.list[Task]:
        """All tasks that are not final (held, sending, uncertain, live), by position; includes removed tasks."""

    async def runs_without_cost(self) -> builtins.list[Task]:
        """Runs of workflows that were sent and did not tell their cost: not ended, or with a `cost_due`; includes
        removed tasks."""

    async def costs_of_runs(self) -> Sequence[tuple[str, float]]:
        """Version and credits of each run that succeeded at a cost."""

    async def unsaved(self) -> builtins.list[Row]:
        """Tasks that succeeded, and runs, that have an output that is neither SAVED nor EXPIRED."""

    async def not_saved(self, now: float, limit: int) -> builtins.list[Output]:
        """Results of these, neither SAVED nor EXPIRED, that may still be at Runway: valid links first,
        the soonest to expire first; then expired ones."""

    async def outputs(self, task_id: TaskId) -> builtins.list[Output]: ...

    async def inputs(self, task_id: TaskId) -> builtins.list[Input]: ...

    async def inputs_of(self, task_ids: Sequence[TaskId]) -> builtins.list[Input]: ...

    async def result_facts(self, task_id: TaskId) -> ResultFacts | None:
        """Facts for the details of a task's results; None if there is no such task."""

    async def upload_of(self, sha256: str, key: Fingerprint, since: float, until: float) -> tuple[str, float] | None:
        """The runway:// URI and time of an upload of the same bytes by this key, after `since` and not later than
        `until`."""

    async def ledger(self, task_id: TaskId) -> builtins.list[LedgerEntry]: ...

    async def last_sending(self) -> int:
        """Number of the newest ledger line of a sending, of any task; 0 if there is none. Grows with every sending, in
        the transaction that makes the task SENDING, and at no other time."""

    async def list(self, listing: Listing, limit: int = 0) -> Entries:
        """Ids in order; entries of a group stand together. Removed tasks are left out. With a limit: only the first
        entries of the order, grouped among themselves, as a fast first answer."""

    async def beginning(self, listing: Listing, limit: int, sight: int) -> tuple[Entries, Sequence[Row]]:
        """The first answer of `list`, and the rows of its first `sight` entries."""

    async def amount(self, wanted: Filter) -> int:
        """The number of tasks that match."""

    async def outputs_with(self, hashes: Sequence[str]) -> builtins.list[Output]:
        """Results whose bytes have one of these SHA-256; includes removed tasks."""

    async def uses_of(self, hashes: Sequence[str], folders: Sequence[str] = ()) -> builtins.list[Input]:
        """Inputs whose bytes have one of these SHA-256, or whose file is in one of these folders, each once; includes
        removed tasks."""

    async def takes(self, task_id: TaskId) -> Takes:
        """All takes of a task, oldest first: the chain of tasks that it was made again from, and all that were made
        again from any of them."""

    async def rows(self, task_ids: Sequence[TaskId]) -> Sequence[Row]: ...

    async def groups(self, listing: Listing) -> Sequence[GroupSummary]: ...

    async def counts(self) -> PageCounts: ...

    async def batch_names(self, batch_ids: Sequence[BatchId]) -> dict[BatchId, str]:
        """Names of those that exist."""

    async def rename_batch(self, batch_id: BatchId, name: str) -> str:
        """Returns the name before; empty if it had none or does not exist."""

    async def timings(self, endpoint: str, model: str, shape: str, limit: int = 50) -> Sequence[Timing]:
        """Timings of tasks that succeeded, latest first: of the same shape (a word derived from the settings) if there
        are at least three, else of the same endpoint and model."""

    async def learn(self, endpoint: str, model: str, shape: str, estimate: Estimate) -> None: ...

    async def learned(self) -> dict[tuple[str, str, str], float]:
        """All learned estimates in credits, by (endpoint, model, shape); a few thousand at most."""

    async def clients(self, identity: str) -> Sequence[Client]:
        """All clients by name. Permissions given in a list of another identity are void."""

    async def take_void_permissions(self, identity: str) -> Sequence[str]:
        """Removes those permissions. Returns the names of their clients."""

    async def save_client(self, client: Client, identity: str) -> None: ...

    async def note_client_request(self, asked: ClientRequest) -> ClientRequest:
        """Stores a client's request. If one with the same client and request id exists, returns that instead."""

    async def note_refusal(self, task_ids: Sequence[TaskId], reason: str, is_expired: bool, is_withdrawn: bool) -> None:
        """Marks the requests behind these tasks."""

    async def client_request(self, client: str, request_id: str) -> ClientRequest | None: ...

    async def latest_client_requests(self, client: str, digest: str, limit: int) -> Sequence[ClientRequest]: ...

    async def client_requests(self, task_ids: Sequence[TaskId]) -> Mapping[TaskId, ClientRequest]:
        """The requests behind these tasks."""

    async def reserved_since(self, client: str, since: float) -> float:
        """Credits of a client's requests since then that were sent: actual cost where known, else the estimate."""

    async def suggest(self, task_ids: Sequence[TaskId], suggestion: Suggestion) -> None:
        """Replaces what the client suggested of these tasks. Its oldest suggestions are deleted if there are many."""

    async def suggestions(self, task_id: TaskId) -> Sequence[Suggestion]:
        """Oldest first."""

    async def record_call(self, line: RecordLine) -> None: ...

    async def client_record(self, since: float, limit: int) -> Sequence[RecordLine]:
        """Calls of all clients, latest first."""

    async def spending(
        self, since: float, until: float, *, utc: bool = False, by_client: bool = False
    ) -> Sequence[SpendingLine]:
        """Credits that tasks spent from `since` until before `until`, including removed ones, by day (of this machine's
        zone, or of UTC as at Runway), model, project and batch, in that order. `by_client` also separates clients."""

    async def spent_by_project(self, projects: Sequence[str]) -> dict[str, float]:
        """Credits that all tasks of each project ever spent; 0 for a project without tasks."""

    async def spent_by_member(self, since: float, until: float) -> Sequence[Sum]:
        """The same by member of the cast, in no order; a task with several members counts for each."""

    async def spent_tasks(self, since: float, until: float, project: str | None = None) -> Sequence[tuple[Task, str]]:
        """The tasks behind `spending`, oldest first, each with its batch's name. None: of all projects."""

    async def settings(self) -> dict[str, Any]:
        """All settings of the profile, as JSON values."""

    async def set_settings(self, values: Mapping[str, Any]) -> None: ...

    async def save_sheet(self, sheet: KeptSheet) -> None:
        """Inserts or replaces it."""

    async def change_sheet(self, sheet_id: str, edit: Callable[[str], str]) -> None:
        """Replaces a sheet's text by `edit(text)` in one transaction. Does nothing if there is no such sheet. `edit` is
        called on the database's thread."""

    async def delete_sheet(self, sheet_id: str) -> None:
        """Deleting a missing sheet is no error. Its tasks stay."""

    async def sheet(self, sheet_id: str) -> KeptSheet | None: ...

    async def sheet_of_batch(self, batch_id: BatchId) -> KeptSheet | None: ...

    async def sheets(self, limit: int) -> Sequence[KeptSheet]:
        """Latest changed first, without their texts."""

    async def members(self) -> Sequence[Member]:
        """The cast, removed members too, each as it was saved."""

    async def save_member(self, member: Member, at: float) -> None:
        """Inserts or replaces it. `at`: Unix seconds."""

    async def documents(self, kind: Document, name: str | None = None) -> Sequence[str]:
        """The texts of all documents of a kind, or of those with this name; by name, then by id."""

    async def save_document(self, kind: Document, document_id: str, name: str, at: float, text: str) -> None:
        """Inserts or replaces it. `at`: Unix seconds."""

    async def delete_document(self, kind: Document, document_id: str) -> None:
        """Deleting a missing one is no error."""

    async def continued(self, sources: Sequence[Source], steps: Sequence[StepId]) -> builtins.list[Task]:
        """The tasks that were made of one of these results for one of these steps; includes removed tasks."""

    async def recent_prompts(self, limit: int, text: str = "") -> Sequence[str]:
        """Distinct prompts of tasks, latest first; with `text`, only those that contain every word of it."""

    async def refused_prompts(self) -> frozenset[str]:
        """Prompts of tasks that moderation refused."""

    async def checkpoint(self) -> bool:
        """Checkpoints the write-ahead log into the list's file. True if all that was written before the call is now in
        that file and on disk; False while another connection reads or writes, and until the list has passed its check.
        Writers never wait for readers."""

    async def close(self) -> None: ...


class Hooks(Protocol):
    """What the person wants to be run when something happens. Set in the preferences alone. `set` and `test` raise
    HookFailed, StoreError."""

    @property
    def hook(self) -> Hook:
        """Empty if it was set in another list."""

    async def set(self, words: Sequence[str], happenings: frozenset[Happening]) -> None:
        """`words`: an address, or a program with its arguments; none: nothing is run any more."""

    async def test(self) -> None:
        """Runs it once, with the latest saved task if there is one."""

    async def settle(self) -> None:
        """Call when all else has ended, before the store closes."""
