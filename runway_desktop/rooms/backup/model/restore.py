"""State of the window of restore: contents, target, progress, outcome. GUI thread only.

A restore is by default into a new profile, which changes no existing one. Into this profile: `question` is asked first,
the new state is assembled next to the old, and the program restarts with it.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from runway_desktop.domain.backups import Manifest
from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.folders import NO_ANSWER
from runway_desktop.domain.profiles import Color, Profile, cleaned, free_color, name_problem, title_of
from runway_desktop.services.backup.backups import Backups, last_folder
from runway_desktop.services.backup.restores import Restores
from runway_desktop.services.backup.restoring import Into, RestorePreview, WhichResults, Wishes
from runway_desktop.services.backup.watching import WatchProgress
from runway_desktop.services.disk.disk_threads import QuickLook
from runway_desktop.services.disk.folder_look import folder_problem
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _, in_turn, ngettext
from runway_desktop.usecases.question import Phase, Question
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.folders import refusal_words
from runway_desktop.usecases.words.profiles import name_words

from .backup import WatchedModel

__all__ = ["Into", "RestoreModel", "WhichResults", "start_of_restore"]


def start_of_restore(cases: UseCases, backups: Backups) -> Path:
    """Where to look for backups: the folder of the last one, or of the daily ones."""
    return last_folder(cases.settings) or backups.profile.backups


class RestoreModel(WatchedModel):
    """`made` carries the new Profile. `restart_wanted`: the next start activates the restored state."""

    made = Signal(object)
    restart_wanted = Signal()

    def __init__(
        self,
        cases: UseCases,
        restores: Restores,
        runner: Runner,
        path: Path,
        taken: tuple[str, ...],
        parent: QObject | None = None,
        *,
        colors: Collection[Color] = (),
    ) -> None:
        super().__init__(cases, runner, parent)
        self._restores = restores
        self._taken = taken
        self._colors = {*colors, restores.profile.color}
        self.path = path
        self.progress = WatchProgress(_("Checking the backup"))
        self.outlook: RestorePreview | None = None
        self.is_refused = False
        """The backup cannot be restored; `problem` says why."""
        self.into = Into.THIS if restores.profile.is_demo else Into.NEW
        self.name = ""
        self.color = Color.BLUE
        self.put_back = WhichResults.NONE
        self.library = ""
        self.library_problem = ""
        """Why results cannot be saved in `library`; empty if they can."""
        self._library_chosen = False
        self._look = QuickLook()
        self.look_in = ""
        runner(restores.look_at(path, self._at), "look at the backup", done=self._looked, failed=self._refused)

    @property
    def profile_name(self) -> str:
        return self._restores.profile.title

    @property
    def may_be_new(self) -> bool:
        return not self._restores.profile.is_demo

    @property
    def why_not_new(self) -> str:
        """Why no new profile can be made of the backup; empty if one can."""
        return "" if self.may_be_new else _("The demo is a single profile, so a backup replaces its contents.")

    @property
    def of_words(self) -> str:
        """Profile and date of the backup."""
        if self.outlook is None:
            return ""
        manifest = self.outlook.manifest
        return _("“{profile}” as of {time}", profile=title_of(manifest.profile), time=units.full_time(manifest.made_at))

    @property
    def holds_words(self) -> str:
        """Contents of the backup."""
        if self.outlook is None:
            return ""
        contents = self.outlook.contents
        parts = [
            ngettext("{n} task", "{n} tasks", contents.tasks),
            ngettext("{n} saved result", "{n} saved results", contents.results),
        ]
        if contents.sheets:
            parts.append(ngettext("{n} sheet", "{n} sheets", contents.sheets))
        packed = self.outlook.packed
        size = units.size(self.outlook.packed_bytes)
        files = ngettext("{n} result file, {size}", "{n} result files, {size}", packed, size=size)
        return " · ".join((*parts, files if packed else _("no result files")))

    @property
    def warning(self) -> str:
        """Warning about tasks that were queued or running when the backup was made."""
        if self.outlook is None:
            return ""
        contents = self.outlook.contents
        said = []
        if contents.queued:
            said.append(
                ngettext(
                    "{n} task was queued then and may have been sent since. It is held until you release it.",
                    "{n} tasks were queued then and may have been sent since. They are held until you release them.",
                    contents.queued,
                )
            )
        if contents.sending:
            said.append(
                ngettext(
                    "{n} task was being sent. Whether it was created is uncertain.",
                    "{n} tasks were being sent. Whether they were created is uncertain.",
                    contents.sending,
                )
            )
        if contents.live:
            said.append(
                ngettext(
                    "{n} task was at Runway and is checked as before.",
                    "{n} tasks were at Runway and are checked as before.",
                    contents.live,
                )
            )
        if said:
            said.append(_("Sending is paused after the restore."))
        return str(in_turn(*said))

    @property
    def may_pay_twice(self) -> bool:
        """Whether the warning is about money."""
        return self.outlook is not None and bool(self.outlook.contents.queued + self.outlook.contents.sending)

    @property
    def results_words(self) -> str:
        """How many results of the list exist on this computer."""
        if self.outlook is None or not (self.outlook.here + self.outlook.gone):
            return ""
        here, gone = self.outlook.here, self.outlook.gone
        if not gone:
            return ngettext("The result is on this computer.", "All {n} results are on this computer.", here)
        return ngettext(
            "{n} of {all} results is missing on this computer.",
            "{n} of {all} results are missing on this computer.",
            gone,
            all=here + gone,
        )

    def put_back_words(self, choice: WhichResults) -> str:
        """Text of an option; empty if it does not apply."""
        outlook = self.outlook
        if outlook is None or not outlook.packed:
            return ""
        match choice:
            case WhichResults.MISSING if outlook.packed_gone:
                size = units.size(outlook.packed_gone_bytes)
                return ngettext(
                    "Save {n} missing result in the folder below ({size})",
                    "Save {n} missing results in the folder below ({size})",
                    outlook.packed_gone,
                    size=size,
                )
            case WhichResults.MISSING:
                return ""
            case WhichResults.ALL:
                size = units.size(outlook.packed_bytes)
                return ngettext(
                    "Save {n} result in the folder below ({size})",
                    "Save all {n} results in the folder below ({size})",
                    outlook.packed,
                    size=size,
                )
            case WhichResults.NONE:
                return _("Do not save result files")

    @property
    def wants_library(self) -> bool:
        return self.put_back is not WhichResults.NONE or self.into is Into.NEW

    @property
    def may_look_in(self) -> bool:
        """Whether results are missing that only another folder could have."""
        outlook = self.outlook
        return outlook is not None and outlook.gone > (
            outlook.packed_gone if self.put_back is not WhichResults.NONE else 0
        )

    @property
    def name_problem(self) -> str:
        return name_words(self.name, self._taken) if self.into is Into.NEW else ""

    @property
    def reason(self) -> str:
        """Why the restore cannot start; empty if it can."""
        match self.phase:
            case Phase.LOOKING:
                return self.problem or _("The backup is still being checked.")
            case Phase.WORKING:
                return _("The backup is being restored.")
            case Phase.DONE:
                return _("Already restored.")
            case Phase.READY:
                if self.into is Into.THIS and self._cases.move.is_moving:
                    return _("The library is being moved. Wait until that is done.")
                return self.name_problem or self.library_problem

    @property
    def verb(self) -> str:
        if self.into is Into.NEW:
            return _("Restore as a new profile")
        return _("Restore over “{profile}”…", profile=self.profile_name)

    def question(self) -> Question:
        """Question to ask before `start` if this profile is replaced."""
        made_at = units.full_time(self.outlook.manifest.made_at) if self.outlook is not None else ""
        return Question(
            _("Replace the contents of “{profile}”?", profile=self.profile_name),
            _(
                "Tasks, settings and sheets return to their state of {time}. Tasks at Runway and results that are not "
                "saved yet stay in the list. The present state is backed up first, and result files are not touched. "
                "The program restarts.",
                time=made_at,
            ),
            _("Replace and restart"),
            _("Keep as it is"),
        )

    def set_into(self, into: Into) -> None:
        self.into = into
        self._suggest_library()
        self.changed.emit()

    def set_name(self, text: str) -> None:
        self.name = text
        self._suggest_library()
        self.changed.emit()

    def set_color(self, color: Color) -> None:
        self.color = color
        self.changed.emit()

    def set_put_back(self, choice: WhichResults) -> None:
        self.put_back = choice
        self._check_library()
        self.changed.emit()

    def set_library(self, text: str) -> None:
        self._library_chosen = True
        self.library = text.strip()
        self._check_library()
        self.changed.emit()

    def set_look_in(self, text: str) -> None:
        self.look_in = text.strip()
        self.changed.emit()

    def start(self) -> None:
        """Starts the restore; after `question` if this profile is replaced."""
        if self.reason:
            return
        self._begin()
        wishes = Wishes(
            put_back=self.put_back,
            library=Path(self.library).expanduser() if self.library else self._usual_library(),
            look_in=Path(self.look_in).expanduser() if self.look_in and self.may_look_in else None,
        )
        if self.into is Into.NEW:
            making = self._restores.into_new(self.path, cleaned(self.name), self.color, wishes, self._at)
            self._runner(making, "restore a profile", done=self._new_made, failed=self._failed)
        else:
            putting = self._restores.into_this(self.path, wishes, self._at)
            self._runner(putting, "restore this profile", done=self._put_together, failed=self._failed)

    def stop(self) -> None:
        if self.phase in (Phase.WORKING, Phase.LOOKING):
            self._restores.stop()

    def _looked(self, outlook: RestorePreview | None) -> None:
        if outlook is None or not isValid(self):
            return
        self.outlook = outlook
        self.phase = Phase.READY
        manifest = outlook.manifest
        if manifest.is_demo != self._restores.profile.is_demo:
            self.is_refused = True
            self.problem = (
                _("This is a backup of the demo. It can only be restored in the demo.")
                if manifest.is_demo
                else _("This is a backup of a real profile. Restore it outside the demo.")
            )
        self.name = self._free_name(title_of(manifest.profile))
        wanted = Color(manifest.color) if manifest.color in set(Color) else Color.BLUE
        # Two windows of one color could be mistaken for each other.
        self.color = wanted if wanted not in self._colors else free_color(self._colors)
        self.put_back = WhichResults.MISSING if outlook.packed_gone else WhichResults.NONE
        self._suggest_library()
        self.changed.emit()

    def _suggest_library(self) -> None:
        if not self._library_chosen:
            self.library = str(self._usual_library())
        self._check_library()

    def _check_library(self) -> None:
        self.library_problem = (
            refusal_words(self._look.ask(folder_problem, Path(self.library).expanduser(), otherwise=NO_ANSWER))
            if self.wants_library and self.library
            else ""
        )

    def _usual_library(self) -> Path:
        if self.into is Into.THIS:
            return self._cases.settings.library
        return self._restores.library_for(cleaned(self.name) or "Profile")

    def _free_name(self, wanted: str) -> str:
        """The backup's own name if free, else a variant."""
        restored = (_("{name} (restored {n})", name=wanted, n=number) for number in range(2, 100))
        names = [wanted, _("{name} (restored)", name=wanted), *restored]
        return next((name for name in names if not name_problem(name, self._taken)), "")

    def _new_made(self, profile: Profile | None) -> None:
        if profile is None:
            self._called_off()
            return
        self.phase = Phase.DONE
        restored = _("“{name}” was restored in {folder}.", name=profile.title, folder=profile.folder)
        self.report = str(in_turn(restored, _("You can browse it without a key. Sending needs one.")))
        if isValid(self):
            self.made.emit(profile)
            self.changed.emit()

    def _put_together(self, manifest: Manifest | None) -> None:
        if manifest is None:
            self._called_off()
            return
        self._runner(self._restores.say_yes(), "agree to the restore", done=self._agreed, failed=self._failed)

    def _agreed(self, _done: object) -> None:
        self.phase, self.report = Phase.DONE, _("Restored. The program restarts now.")
        if isValid(self):
            self.changed.emit()
            self.restart_wanted.emit()

    def _called_off(self) -> None:
        self.phase, self.problem = Phase.READY, _("Canceled. Nothing was changed.")
        self._say()

    def _refused(self, error: RunwayDesktopError) -> None:
        self.is_refused = True
        self.problem = error.in_words()
        self._say()
