"""Menu of the profile's name: connection state, other profiles, a new one. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QMenu

from runway_desktop.domain.profiles import Profile
from runway_desktop.texts import _
from runway_desktop.ui.theme import Role, Theme
from runway_desktop.usecases.words.account import key_source_words
from runway_desktop.usecases.words.plain import caption, tip
from runway_desktop.viewmodels.profiles.profile_list import ProfilesModel
from runway_desktop.viewmodels.status import Status

from .badge import COLOR_WORDS, badge

_BADGE = 16
MOST_IN_MENU = 24
"""Maximum that fits the menu; others can be opened by name on the command line."""


def fill(
    menu: QMenu,
    model: ProfilesModel,
    status: Status,
    theme: Theme,
    *,
    ask_now: Callable[[], object],
    change_key: Callable[[], object],
    settings: Callable[[], object],
    preferences: Callable[[], object],
) -> None:
    """Fills an empty menu. `settings` opens the page with name, color and backups."""
    for line in (status.connection_words()[0], key_source_words(status.key)):
        menu.addAction(line).setEnabled(False)
    menu.addAction(_("Refresh"), ask_now)
    menu.addAction(_("Change key…"), change_key)
    profiles = model.profiles()
    if profiles:
        menu.addSection(_("Profiles"))
    for profile in profiles[:MOST_IN_MENU]:
        _add(menu, model, profile, theme)
    menu.addSeparator()
    new = menu.addAction(theme.icon("mdi6.plus", Role.MUTED), _("New profile…"), model.new_wanted.emit)
    new.setEnabled(not model.why_no_new_one)
    new.setToolTip(tip(model.why_no_new_one))
    menu.addAction(theme.icon("mdi6.pencil-outline", Role.MUTED), _("Name, color and backups…"), settings)
    if model.may_start_empty:
        menu.addAction(theme.icon("mdi6.broom", Role.MUTED), _("Start with an empty demo…"), model.empty_wanted.emit)
    removable = [one for one in profiles if not (model.is_current(one) or one.is_demo or one.is_main)]
    if removable:
        _add_removal(menu, model, removable, theme)
    menu.addSeparator()
    menu.addAction(_("Preferences…"), preferences)
    menu.setToolTipsVisible(True)


def _add(menu: QMenu, model: ProfilesModel, profile: Profile, theme: Theme) -> None:
    # After the tab, in the column of shortcuts: the color in words.
    action = menu.addAction(
        badge(profile.initials, profile.color, _BADGE), f"{caption(profile.title)}\t{COLOR_WORDS[profile.color]}"
    )
    if model.is_current(profile):
        action.setText(f"{action.text()} · {_('this window')}")
        action.setFont(theme.strong_font())
    else:
        action.setToolTip(tip(_("Open “{profile}” in its own window", profile=profile.title)))
        action.triggered.connect(partial(model.open, profile))


def _add_removal(menu: QMenu, model: ProfilesModel, profiles: list[Profile], theme: Theme) -> None:
    below = QMenu(_("Remove a profile"), menu)
    below.setIcon(theme.icon("mdi6.trash-can-outline", Role.MUTED))
    for profile in profiles[:MOST_IN_MENU]:
        action = below.addAction(badge(profile.initials, profile.color, _BADGE), f"{caption(profile.title)}…")
        action.triggered.connect(partial(model.ask_to_remove, profile))
    menu.addMenu(below)
