"""Entry point of the Cast page: cards of the members above the composer, and the current one at the side.

`wish`: the id of a member to show. GUI thread only.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QMenu, QWidget

from runway_desktop.catalog.catalog import all_fields
from runway_desktop.domain.cast import MemberFile
from runway_desktop.domain.task import MemberId
from runway_desktop.texts import _, in_turn
from runway_desktop.ui.building import (
    add_check,
    choices,
    hbox,
    line_edit,
    open_below,
    passing_menu,
    push_button,
    vbox,
)
from runway_desktop.ui.confirm import ask_text
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.labels import say, words
from runway_desktop.ui.media.sound_cut import SoundCut
from runway_desktop.ui.room import PageContent
from runway_desktop.ui.theme import GRID, FollowsTheme
from runway_desktop.usecases.cast_members import LONGEST_VOICE, Put
from runway_desktop.usecases.words.cast import KIND_WORDS

from .cards import CardsView
from .model import NEW, TITLES, Card, CastModel
from .side import CastSide


def open_room(desk: Desk, wish: MemberId | None) -> None:
    window = desk.window
    page = window.findChild(CastPage) or CastPage(desk)
    page.model.set_open(True)
    if wish is not None:
        page.model.look_at(wish)
    page.show_current()
    if window.workspace.columns.is_folded(2):
        window.workspace.fold(2)
    content = PageContent(center=page, side=page.side, keeps_composer=True, left=page.leave)
    window.pages.show("cast", content)


class CastPage(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        window, models = desk.window, desk.models
        self._desk = desk
        self.model = model = CastModel(desk.cases, models.bridge, models.composer, models.pages, desk.runner, window)
        posters, mending = window.workspace.posters, models.task_commands.inputs
        self.view = CardsView(model.cards, desk.theme, posters, self._picture_of, self)
        self.side = CastSide(model, models.task_commands, desk.theme, posters, window)
        desk.endings.append(self.side.playback.shutdown)
        self._build()
        self.view.moved.connect(self._looked_at)
        self.view.opened.connect(self._open)
        self.view.dropped.connect(self._dropped)
        self.view.menu_wanted.connect(lambda at: self._menu().popup(at))
        self.view.remove_wanted.connect(model.remove)
        self.side.more.clicked.connect(lambda: open_below(self._menu(), self.side.more))
        self.side.show_all.clicked.connect(self._show_tasks)
        model.cards.modelReset.connect(self.show_current)
        model.changed.connect(self._show)
        model.made.connect(self.side.focus_name)
        model.put.connect(models.task_commands.report_put)
        model.put.connect(self._ask_for_part)
        model.acted.connect(lambda said, before: models.activity.act(said, partial(model.save, before)))
        mending.thumbnails_changed.connect(self.view.viewport().update)
        self._pills[None].setChecked(True)
        FollowsTheme(desk.theme, self, lambda: self._title.setFont(desk.theme.strong_font()))

    def _ask_for_part(self, put: Put) -> None:
        """Offers to cut a sound that is too long for a voice."""
        sound = put.long
        if sound is None:
            return

        def cut(text: str) -> None:
            start = sound.start(text) or 0.0
            cutting = SoundCut(sound.path, start, LONGEST_VOICE, self)
            cutting.made.connect(partial(self.model.add_part, put.member, sound, start))
            said = _("{file} can't be read. It may be damaged.", file=sound.path.name)
            cutting.failed.connect(partial(self._desk.models.task_commands.tell, said, problem=True))

        ask_text(
            self.window(),
            _("Cut the voice"),
            str(in_turn(sound.words, _("Use {n} seconds of it, from second:", n=round(LONGEST_VOICE)))),
            "0",
            lambda text: "" if sound.start(text) is not None else _("Enter a second of the sound, such as 12."),
            cut,
        )

    def show_current(self) -> None:
        """Makes the card of the current member the current one; without one, the first member's."""
        cards, current = self.model.cards, self.model.current
        first = next((card.member.id for card in cards.cards if card.member is not None), None)
        position = cards.position_of(current.id if current is not None else first)
        self.view.setCurrentIndex(cards.index(position) if position >= 0 else cards.index(-1))

    def leave(self) -> None:
        self.side.keep_words()
        self.side.playback.close()
        self.model.set_open(False)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.view.setFocus(event.reason())

    def _build(self) -> None:
        self._title = words(self, _("Cast"), wrap=False)
        titles = ((None, _("All")), *((kind, str(title)) for kind, title in TITLES.items()))
        self._pills = choices(self, titles, self.model.show_kind, pills=True)
        self.search = line_edit(self, _("Find in cast"), hint=_("Find in cast"), clear=True)
        self.search.setMinimumWidth(14 * GRID)
        self.search.textChanged.connect(self.model.find)
        self.new = push_button(self, _("New  ▾"), self._open_new, spoken=_("New member"))
        pills = FlowLayout()
        for pill in self._pills.values():
            pills.addWidget(pill)
        top = hbox(self._title, GRID, (pills, 1), self.search, self.new, margins=(2 * GRID, GRID, 2 * GRID, GRID))
        self._empty = words(self, tone="muted")
        self._empty.setContentsMargins(2 * GRID, 0, 2 * GRID, GRID)
        vbox(top, self._empty, (self.view, 1), on=self, spacing=0)

    def _show(self) -> None:
        model, everyone = self.model, len(self.model.members)
        self._pills[None].setText(_("All {n}", n=everyone) if everyone else _("All"))
        is_lost = bool(model.text) and not model.cards.cards
        said = _("Nobody in the cast is called “{name}”.", name=model.text) if is_lost else ""
        if not everyone:
            said = _(
                "Give a face, a thing or a look a name. Then write @ and the name in any prompt: its pictures become "
                "inputs. To begin, drop pictures on a card."
            )
        say(self._empty, said)

    def _looked_at(self) -> None:
        card = self.view.card
        if card is not None and card.member is not None:
            self.side.keep_words()
            self.model.look_at(card.member.id)

    def _open(self, card: Card) -> None:
        if card.member is None:
            self.model.begin(card.kind)
        else:
            self.side.focus_name()

    def _dropped(self, card: Card, paths: list[Path]) -> None:
        if card.member is None:
            self.model.begin(card.kind, paths)
        else:
            self.model.add(card.member, paths)

    def _open_new(self) -> None:
        menu = passing_menu(self.window())
        for kind, (title, _hint) in NEW.items():
            menu.addAction(str(title), partial(self.model.begin, kind))
        open_below(menu, self.new)

    def _menu(self) -> QMenu:
        """Of the current member."""
        menu, member = passing_menu(self.window()), self.model.current
        has_prompt = self._desk.models.composer.pair.prompt_field is not None
        menu.addAction(_("Use in the prompt") if has_prompt else _("Use as input"), self._use)
        menu.addAction(_("Show all tasks"), self._show_tasks)
        kinds = menu.addMenu(_("Kind"))
        for kind, title in KIND_WORDS.items():
            is_its = member is not None and kind is member.kind
            add_check(kinds, str(title), partial(self.model.set_kind, kind), checked=is_its)
        menu.addSeparator()
        menu.addAction(_("Remove from the cast"), self.model.remove)
        return menu

    def _use(self) -> None:
        composer, member = self._desk.models.composer, self.model.current
        if member is None:
            return
        if composer.pair.prompt_field is not None:
            composer.set_prompt(" ".join(filter(None, (composer.prompt.rstrip(), f"@{member.written} "))))
        else:
            kinds = {kind for field in all_fields(composer.pair.fields) for kind in field.media}
            files = [Path(file.path) for file in member.all_files if file.media in kinds]
            self._desk.models.task_commands.take(paths=files, are_results=True)
        self._desk.window.focus_composer()

    def _show_tasks(self) -> None:
        chosen, member = self._desk.models.filter, self.model.current
        if member is not None:
            self._desk.window.pages.search_everywhere()
            chosen.leave_search()
            chosen.toggle("cast", member.name)

    def _picture_of(self, file: MemberFile) -> str:
        if file.media.kind.is_picture:
            return file.path
        still = self._desk.models.task_commands.inputs.still(Path(file.path), file.media, file.sha256)
        return str(still or "")
