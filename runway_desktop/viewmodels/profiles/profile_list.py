"""The profiles, which one this window shows, and actions on them. GUI thread only.

Opening windows and asking questions is left to the window: signals request it.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.errors import RunwayDesktopError, SecretStoreError
from runway_desktop.domain.events import Notice
from runway_desktop.domain.profiles import DEFAULT, Color, Profile, initials, title_of
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.profiles import key_not_deleted, name_words, removal_question
from runway_desktop.viewmodels.model import Model


class ProfilesModel(Model):
    changed = Signal()
    """Name or color of this window's profile, or the set of profiles changed."""
    listed = Signal()
    """`refresh` has finished."""
    open_wanted = Signal(object)
    """A Profile to open in its own window."""
    new_wanted = Signal()
    restart_wanted = Signal()
    """Restart the program for what a restore has put in its place."""
    empty_wanted = Signal()
    """Empty the demo."""
    removal_asked = Signal(object, object)
    """A Profile, and the Question to ask first."""
    removed = Signal(object)
    """A Profile that is in the trash now."""

    def __init__(self, cases: UseCases, runner: Runner, name: str, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self._name = name
        self._others: tuple[Profile, ...] = ()

    @property
    def current(self) -> Profile | None:
        """This window's profile; None if the program has no folder on disk."""
        return self._cases.profiles.current if self._cases.profiles is not None else None

    @property
    def name(self) -> str:
        current = self.current
        return current.title if current is not None else title_of(self._name)

    @property
    def title(self) -> str:
        """Text for the profile where a name fits; empty if there is only the default one."""
        current = self.current
        if current is None:
            return self._name if self._name != DEFAULT else ""
        has_others = not all(map(self.is_current, self._others))
        return current.title if current.is_named or has_others else ""

    @property
    def color(self) -> Color:
        current = self.current
        return current.color if current is not None else Color.BLUE

    @property
    def initials(self) -> str:
        return initials(self.name)

    def is_current(self, profile: Profile) -> bool:
        """Whether this window shows that profile."""
        return self.current is not None and profile.folder == self.current.folder

    def profiles(self) -> tuple[Profile, ...]:
        """Profiles to switch between, including this one; the demo last."""
        service, current = self._cases.profiles, self.current
        if service is None or current is None:
            return ()
        known = [current if self.is_current(profile) else profile for profile in self._others]
        if current not in known:
            known.insert(0, current)
        if service.demo is not None and not current.is_demo:
            known.append(service.demo)
        return tuple(known)

    @property
    def names(self) -> tuple[str, ...]:
        """Names that are taken."""
        return tuple(profile.name for profile in self.profiles() if not profile.is_demo)

    @property
    def why_no_new_one(self) -> str:
        """Why no profile can be created here; empty if one can."""
        if self._cases.profiles is None:
            return _("This program has no folder for profiles.")
        if self._cases.is_demo:
            return _("The demo cannot check a real key. Create the profile from one of your own.")
        return ""

    def refresh(self, then: Callable[[], object] | None = None) -> None:
        """Reads the profiles from disk. `then` is always called afterwards, also on failure, together with `listed`."""
        service = self._cases.profiles

        def looked(found: tuple[Profile, ...] | None = None) -> None:
            if found is not None:
                self._list(found)
            self.listed.emit()
            if then is not None:
                then()

        if service is None:
            looked()
        else:
            self._runner(service.all(), "list profiles", done=looked, failed=lambda _: looked())

    def open(self, profile: Profile) -> None:
        if not self.is_current(profile):
            self.open_wanted.emit(profile)

    @property
    def may_start_empty(self) -> bool:
        """Whether this is the demo, whose list can be replaced by an empty one."""
        return bool(self._cases.is_demo)

    def rename(self, name: str) -> None:
        self._change(name=name)

    def recolor(self, color: Color) -> None:
        self._change(color=color)

    def name_problem(self, name: str) -> str:
        """Error of a new name for this profile, as far as known without reading the disk."""
        return name_words(name, (profile.name for profile in self._others if not self.is_current(profile)))

    def made(self, profile: Profile) -> None:
        """Adds a profile made in a window of this program."""
        self._others = (*self._others, profile)
        self.changed.emit()

    def ask_to_remove(self, profile: Profile) -> None:
        """Checks whether it can be removed and what it contains; `removal_asked` follows."""
        self._runner(self._ask(profile), "look into profile", failed=lambda error: self._tell(error.in_words()))

    def remove(self, profile: Profile) -> None:
        """Removes a profile; call after confirmation."""
        service = self._cases.profiles
        if service is not None:
            self._runner(service.remove(profile), "remove profile", done=lambda error: self._removed(profile, error))

    async def _ask(self, profile: Profile) -> None:
        service = self._cases.profiles
        if service is None:
            return
        await service.check_removal(profile)
        inside = await service.look_into(profile)
        self.removal_asked.emit(profile, removal_question(profile, inside))

    def _removed(self, profile: Profile, error: SecretStoreError | None) -> None:
        said = _("“{name}” was moved to the trash.", name=profile.title)
        self._tell(said, key_not_deleted(error), problem=error is not None)
        self.removed.emit(profile)
        self.refresh()

    def _change(self, *, name: str | None = None, color: Color | None = None) -> None:
        service = self._cases.profiles
        if service is not None:
            changing = service.change(service.current, name=name, color=color)
            self._runner(changing, "change profile", done=lambda _: self.refresh_and_say(), failed=self._not_changed)

    def refresh_and_say(self) -> None:
        self.changed.emit()
        self.refresh()

    def _not_changed(self, error: RunwayDesktopError) -> None:
        self._tell(error.in_words(), error.detail, problem=True)
        self.changed.emit()

    def _list(self, found: tuple[Profile, ...]) -> None:
        # The default profile is listed only if it has a database or is running.
        known = tuple(
            profile for profile in found if not profile.is_main or profile.database.exists() or self.is_current(profile)
        )
        moved = known != self._others
        self._others = known
        if moved:
            self.changed.emit()

    def _tell(self, message: str, detail: str = "", *, problem: bool = False) -> None:
        self._cases.bus.tell(Notice(message, detail, is_problem=problem))
