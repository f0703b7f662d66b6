"""Entry point of the reviews: a view of a project in place of its list, and the dialog *Send for review…*.

GUI thread only.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QIcon, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QPushButton, QSizePolicy, QTreeWidget, QTreeWidgetItem, QWidget

from runway_desktop.domain.review import Answer
from runway_desktop.domain.task import TaskId
from runway_desktop.texts import _, in_turn, language, ngettext, quoted
from runway_desktop.ui.building import add_check, hbox, line, open_below, passing_menu, push_button, scroll_area, vbox
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.labels import ElidedLabel, say, strong, words
from runway_desktop.ui.media import commands as media
from runway_desktop.ui.media.note_rows import NoteRows
from runway_desktop.ui.media.preview import Preview
from runway_desktop.ui.media.transport import clock
from runway_desktop.ui.room import AtTime, PageContent, Review
from runway_desktop.ui.theme import GRID, FollowsTheme, Role
from runway_desktop.ui.window.details_pane import FactTable
from runway_desktop.usecases.commands.command import Scope
from runway_desktop.usecases.commands.handing_on import REVIEW
from runway_desktop.usecases.commands.requests import EDIT_AND_SEND
from runway_desktop.usecases.listing.lines import GroupWords
from runway_desktop.usecases.review.sending import Sent
from runway_desktop.usecases.review.words import DECISIONS, buttons_of, here_words, sum_words, take_words
from runway_desktop.usecases.words.plain import caption
from runway_desktop.usecases.words.units import moment, size

from .delegates import LINE, LineDelegate
from .model import Line, ReviewModel, SendModel
from .send_dialog import SendDialog

NARROW = 100 * GRID
SIDE, TAKE, HERE, NARROW_HERE = 36 * GRID, 20 * GRID, 38 * GRID, 26 * GRID
"""Width of the side, and of two columns."""
_PLAYING = (media.PLAY, *media.SHUTTLE, media.FRAME_BACK, media.FRAME_FORWARD, media.SOUND, media.FULL_SCREEN)
LEAST_COMMENTS = 12 * GRID
_INKS = {"approve": Role.GOOD, "change": Role.WARN, "reject": Role.BAD}
_SIGNS = {"approve": "mdi6.check", "change": "mdi6.pencil-outline", "reject": "mdi6.close"}
_UNDO = "mdi6.undo"


def open_room(desk: Desk, wish: str | Review) -> None:
    """`wish`: the project, or takes to send."""
    if isinstance(wish, str):
        (desk.window.findChild(ReviewPage) or ReviewPage(desk)).open(wish)
        return
    model = SendModel(desk.cases, desk.runner, desk.window)

    def told(sent: Sent) -> None:
        amount = ngettext("{n} clip", "{n} clips", len(sent.clips))
        said = _("“{name}” is ready: {clips}, {size}.", name=sent.path.name, clips=amount, size=size(sent.size))
        show = partial(desk.models.task_commands.selection_wanted.emit, [sent.path])
        detail = str(in_turn(*sent.left))
        desk.models.activity.tell(said, detail, action_text=_("Show in folder"), on_action=show, stays=True)
        if (page := desk.window.findChild(ReviewPage)) is not None:
            page.model.refresh()
        desk.models.pages.refresh()

    model.sent.connect(told)
    dialog = SendDialog(model, language().code, desk.window)
    dialog.finished.connect(model.deleteLater)
    dialog.open()
    model.look(wish.task_ids, desk.models.filter.listing, wish.cut)


class ReviewPage(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk = desk
        self._window = desk.window
        commands = desk.models.task_commands
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.model = model = ReviewModel(desk.cases, desk.models.bridge, desk.runner, commands, self)
        self.round_button = push_button(self, "", self._choose_round, kind="chip")
        self.send = push_button(self, "", self._send, spoken=REVIEW.name)
        self._who, self._comment = words(self), words(self, tone="muted")
        self.undo_all = push_button(self, _("Undo all"), self._undo_all)
        self._head = QWidget(self)
        told = vbox(self._who, self._comment, spacing=GRID // 2)
        hbox((told, 1), self.round_button, self.undo_all, on=self._head, margins=2 * GRID)
        self._head.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.tree = self._build_tree()
        self._hint = words(self, tone="muted")
        foot = hbox(self._hint, margins=2 * GRID)
        vbox(line(self), self._head, (self.tree, 1), foot, on=self, spacing=0)
        self.side = self._build_side()
        model.changed.connect(self._show)
        desk.keys.bind(self, Scope.PREVIEW, (_PLAYING, lambda: self.player), tell=commands.tell)
        desk.endings.append(self.player.shutdown)
        FollowsTheme(desk.theme, self, self._show)

    def open(self, project: str) -> None:
        self.model.open(project)
        page = PageContent(
            center=self, project=project, back=_("Back to the reviews"), tools=self.send, side=self.side,
            chosen=self.chosen_ids, left=self._left,
        )  # fmt: skip
        self._window.pages.show("review", page)

    def _left(self) -> None:
        self.model.close()
        self.player.clear()
        self._window.workspace.status.say_takes("")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < self._desk.theme.wide(NARROW)
        self.send.setText(_("Send…") if is_narrow else str(REVIEW.words))
        header, here = self.tree.header(), NARROW_HERE if is_narrow else HERE
        if header.sectionSize(3) != here:
            header.resizeSection(3, here)
            self._show()

    def chosen_ids(self) -> list[TaskId]:
        current = self.current
        return [current.row.task.id] if current is not None and current.row is not None else []

    @property
    def current(self) -> Line | None:
        item = self.tree.currentItem()
        found = item.data(0, LINE) if item is not None else None
        return found if isinstance(found, Line) else None

    @property
    def answer(self) -> Answer | None:
        """The current line's, else the round's latest."""
        it, one = self.current, self.model.round
        return it.answer if it is not None else one.answers[-1] if one is not None and one.answers else None

    def focusInEvent(self, event: QFocusEvent) -> None:
        if not self.tree.isHidden():
            self.tree.setFocus(event.reason())

    def _build_tree(self) -> QTreeWidget:
        tree = QTreeWidget(self, columnCount=4)
        tree.setHeaderLabels([_("Take"), _("Client said"), _("Comments"), _("Here")])
        tree.setAccessibleName(_("Answers of clients"))
        tree.setProperty("kind", "lines")
        tree.setIndentation(0)
        tree.setRootIsDecorated(False)
        tree.setItemDelegate(LineDelegate(self._desk, tree))
        header = tree.header()
        # The height of a line is that of its wrapped comments.
        header.sectionResized.connect(tree.scheduleDelayedItemsLayout)
        header.setStretchLastSection(False)
        modes = QHeaderView.ResizeMode
        for column, mode in enumerate((modes.Fixed, modes.ResizeToContents, modes.Stretch, modes.Fixed)):
            header.setSectionResizeMode(column, mode)
        header.resizeSection(0, TAKE)
        self._window.workspace.posters.ready.connect(lambda _: tree.viewport().update())
        tree.currentItemChanged.connect(lambda *_: self._show_current())
        tree.itemActivated.connect(lambda *_: self._open_large())
        tree.itemClicked.connect(lambda item, _: item.setExpanded(not item.isExpanded()))
        tree.setVerticalScrollMode(QTreeWidget.ScrollMode.ScrollPerPixel)
        tree.setExpandsOnDoubleClick(False)
        return tree

    def _build_side(self) -> QWidget:
        side = QWidget(self)
        side.setMinimumWidth(SIDE)
        self.player = Preview(self._desk.theme, self._desk.keys, self._window.workspace.posters.strips, side)
        self._badge = words(self.player, wrap=False)
        self._badge.setProperty("kind", "badge")
        self._badge.move(GRID, GRID)
        self._title, self._said, self._sign = strong(words(side)), words(side, wrap=False), words(side, wrap=False)
        self._prompt = ElidedLabel(side, Qt.TextElideMode.ElideRight, "muted")
        self._by, self._many = strong(words(side, wrap=False)), words(side, tone="muted", wrap=False)
        self.comments = NoteRows(self._desk.theme, self, side, with_author=False)
        self.comments.setAccessibleName(_("Comments"))
        self.comments.time_wanted.connect(lambda seconds: self.player.go_to(self.player.shown_path, seconds))
        self.comments.changed.connect(lambda mark: self.model.set_mark(self.current, mark))
        self._scrolled = scroll_area(side, self.comments)
        self._done = words(side, tone="muted", wrap=False)
        self._stands = FactTable(self._desk.theme, side)
        self.undo_one = push_button(side, _("Undo for this take"), self._undo_one)
        self.edit = push_button(side, EDIT_AND_SEND.name, self._edit)
        self.large = push_button(side, _("Large view"), self._open_large)
        self.cut = push_button(side, _("Show in the cut"), self._show_in_cut)
        buttons = FlowLayout(gap=GRID)
        for button in (self.undo_one, self.cut, self.large, self.edit):
            buttons.addWidget(button)
        head = hbox((self._title, 1), self._sign, self._said, spacing=GRID // 2)
        said = (self.player, head, self._prompt, hbox(self._by, (self._many, 1), self._done), self._scrolled)
        vbox(*said, self._stands, (None, 1), buttons, on=side, margins=2 * GRID)
        return side

    def _show(self) -> None:
        model, one = self.model, self.model.round
        before, tops = self.current, map(self.tree.topLevelItem, range(self.tree.topLevelItemCount()))
        folded = [item.data(0, LINE).title for item in tops if not item.isExpanded()]
        self.tree.clear()
        self._head.setVisible(one is not None)
        signs = {self.undo_all: _UNDO, self.undo_one: _UNDO, self.edit: EDIT_AND_SEND.icon}
        signs |= {self.send: REVIEW.icon, self.large: "mdi6.fullscreen", self.cut: "mdi6.filmstrip"}
        for button, sign in signs.items():
            button.setIcon(self._desk.theme.icon(sign))
        if one is not None:
            self.round_button.setText(f"{_('Round {n}', n=one.number)}  ▾")
        groups = (
            (True, _("Needs you"), _("nothing of yours was changed")), (False, _("Done"), _("as notes and picks"))
        )  # fmt: skip
        for is_open, title, meaning in groups:
            lines = [it for it in model.lines if it.said.is_open is is_open]
            if lines:
                amount = f"{len(lines)} · {meaning}"
                heading = QTreeWidgetItem(self.tree, [f"{title}  {amount}"])
                heading.setData(0, LINE, GroupWords(title=title, holds=amount))
                heading.setFlags(Qt.ItemFlag.ItemIsEnabled)
                heading.setFirstColumnSpanned(True)
                for it in lines:
                    self._add(heading, it, is_current=before is not None and _key(it) == _key(before))
                heading.setExpanded(title not in folded)
        if self.isVisible():
            waiting = one.open if one is not None else 0
            said = ngettext("{n} answer needs you", "{n} answers need you", waiting) if waiting else ""
            self._window.workspace.status.say_takes(said)
        focus = self.window().focusWidget()
        was_within = focus is not None and (self.isAncestorOf(focus) or self.side.isAncestorOf(focus))
        self.tree.setVisible(bool(model.lines))
        if model.lines and self.hasFocus():
            self.tree.setFocus()
        elif not model.lines and was_within:
            # Or the focus leaves the view with what is hidden.
            self.setFocus()
        if model.lines and self.current is None and not folded:
            self.tree.setCurrentItem(self.tree.topLevelItem(0).child(0))
        hint = _("Drop decisions.json here, or paste the text of a mail. The same file twice changes nothing.")
        if one is None:
            hint = _(
                "Nothing was sent for review yet. Send picks to a client as one file, and drop here what comes back."
            )
        say(self._hint, hint, "muted")
        aligned = Qt.AlignmentFlag
        self._hint.setAlignment(aligned.AlignVCenter if model.lines else aligned.AlignCenter)
        for before_it, after in pairwise([self.tree, *self.tree.findChildren(QPushButton), *self.comments.boxes]):
            QWidget.setTabOrder(before_it, after)
        self._show_current()

    def _add(self, heading: QTreeWidgetItem, it: Line, *, is_current: bool) -> None:
        said, remarks = it.said, [f"{clock(one.at)}  {one.text}" for one in it.said.comments]
        decided, here = str(DECISIONS.get(said.decision, "")), here_words(said, it.round, self.model.now)
        if len(it.round.answers) > 1:
            decided = f"{decided}\n{it.answer.by}".strip()
        item = QTreeWidgetItem(
            heading, ["", decided, "\n".join(remarks) or _("No comment"), "" if said.is_open else here]
        )
        item.setData(0, LINE, it)
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, str(take_words(it.clip)))
        color = self._desk.theme.color
        item.setForeground(1, color(_INKS.get(said.decision, Role.MUTED)))
        item.setForeground(2, color(Role.TEXT if remarks else Role.MUTED))
        item.setIcon(1, self._sign_of(said.decision))
        if said.is_open:
            item.setData(3, Qt.ItemDataRole.AccessibleTextRole, here)
            choice = self._choice(it, here)
            choice.setMaximumHeight(choice.layout().totalHeightForWidth(self.tree.columnWidth(3)))
            item.setSizeHint(3, choice.maximumSize())
            self.tree.setItemWidget(item, 3, choice)
        if is_current:
            self.tree.setCurrentItem(item)

    def _sign_of(self, decision: str) -> QIcon:
        return self._desk.theme.icon(_SIGNS[decision], _INKS[decision]) if decision in _SIGNS else QIcon()

    def _choice(self, it: Line, here: str) -> QWidget:
        """What stands against it, and two buttons without a default."""
        holder = QWidget(self.tree)
        texts = buttons_of(it.said, it.clip)
        flow = FlowLayout(gap=GRID)
        for text, takes in zip(texts, (False, True), strict=True):
            does, spoken = partial(self.model.settle, it, takes=takes), f"{text}, {take_words(it.clip)}"
            flow.addWidget(push_button(holder, caption(text), does, spoken=spoken))
        vbox(words(holder, here, "warn"), flow, on=holder, margins=GRID)
        return holder

    def _show_current(self) -> None:
        it, answer = self.current, self.answer
        self.undo_all.setVisible(answer is not None)
        self._who.setText(_("No answer yet."))
        if answer is not None:
            when = moment(answer.read_at, self.model.now)
            self._who.setText(" · ".join(filter(None, (answer.by, when, sum_words(answer)))))
        say(self._comment, quoted(answer.comment) if answer is not None and answer.comment else "", "muted")
        for part in (self.undo_one, self.edit, self.large, self.cut):
            part.setEnabled(bool(self.chosen_ids()))
            part.setVisible(it is not None)
        self.player.setVisible(it is not None)
        self.edit.setText(" · ".join(filter(None, (EDIT_AND_SEND.name, self.model.price(it)))))
        self._title.setText(str(take_words(it.clip)) if it is not None else "")
        decision = it.said.decision if it is not None else ""
        say(self._said, str(DECISIONS.get(decision, "")), _INKS.get(decision, Role.TEXT).value)
        self._sign.setPixmap(self._sign_of(decision).pixmap(2 * GRID, 2 * GRID))
        say(self._badge, it.clip.shot if it is not None else "")
        self._badge.adjustSize()
        say(self._prompt, it.row.task.request.prompt if it is not None and it.row is not None else "")
        marks = it.marks if it is not None else []
        say(self._by, it.answer.by if it is not None and marks else "")
        say(self._many, ngettext("{n} comment", "{n} comments", len(marks)) if marks else "")
        self.comments.show_marks(marks)
        showings = self.model.showings(it)
        if showings:
            self.player.show_outputs(showings)
        else:
            self.player.clear()
        self.player.playback.set_range(None, None, tuple(mark.at for mark in marks))
        self._scrolled.setVisible(bool(marks))
        self._scrolled.setMinimumHeight(min(self.comments.sizeHint().height(), LEAST_COMMENTS))
        done = sum(mark.is_done for mark in marks)
        say(self._done, _("{done} of {n} done", done=done, n=len(marks)) if marks else "", "muted")
        self._stands.show_facts(it.stands(self.model.now) if it is not None else ())
        self._window.pages.choice_moved()

    def _choose_round(self) -> None:
        menu = passing_menu(self)
        for one in self.model.rounds:
            is_shown = one is self.model.round
            add_check(menu, caption(one.title), partial(self.model.show_round, one.id), checked=is_shown)
        open_below(menu, self.round_button)

    def _send(self) -> None:
        self._desk.open("review", Review(cut=self.model.project))

    def _undo_all(self) -> None:
        if (answer := self.answer) is not None:
            self.model.undo(answer)

    def _undo_one(self) -> None:
        if (it := self.current) is not None:
            self.model.undo(it.answer, it)

    def _open_large(self) -> None:
        """At the time where the player stands."""
        it = self.current
        if it is not None and it.row is not None:
            self.player.playback.pause()
            task_id, path = it.row.task.id, self.player.shown_path
            wish = AtTime(task_id, path, self.player.playback.position) if path is not None else task_id
            self._desk.open("viewer", wish)

    def _show_in_cut(self) -> None:
        if (it := self.current) is not None:
            self._desk.open("cut", (self.model.project, it.clip.shot or it.clip.task_id))

    def _edit(self) -> None:
        if ids := self.chosen_ids():
            self._window.pages.leave()
            self._window.task_menu.take_for(EDIT_AND_SEND, ids)


def _key(it: Line) -> tuple[str, int]:
    return it.answer.digest, it.said.number
