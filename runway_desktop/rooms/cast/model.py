"""State of the Cast page: members by kind, the current one with the facts of its files, and what models take of it.
Changes are saved at once. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt, Signal

from runway_desktop.domain.cast import DesignedVoice, Member, MemberFile, MemberKind, name_key
from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.inputs import MediaFacts
from runway_desktop.domain.library import Filter, GroupBy, Listing
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import MemberId
from runway_desktop.services.library.voices import LEAST_WORDS
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import Text, _, ngettext
from runway_desktop.usecases.cast_members import LongSound, Put, new_member
from runway_desktop.usecases.casting import Fill, fill_of
from runway_desktop.usecases.listing.columns import poster_of
from runway_desktop.usecases.requests.input_item import InputItem
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.cast import KIND_WORDS, held_words
from runway_desktop.values import Struct, replace
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.composer.composer import Composer
from runway_desktop.viewmodels.model import AnyIndex, Model
from runway_desktop.viewmodels.tasks.pages import Pages

FIELD = "cast"
"""Field of the inputs that stand for a member's files."""
CARD = Qt.ItemDataRole.UserRole + 1
MOST_FILLS = 6
MOST_RECENT = 4
MOST_DESIGNED = 5
TITLES = {
    MemberKind.CHARACTER: Text("Characters"),
    MemberKind.PROP: Text("Props"),
    MemberKind.STYLE: Text("Styles"),
}
NEW = {
    MemberKind.CHARACTER: (Text("New character"), Text("Drop pictures or a clip")),
    MemberKind.PROP: (Text("New prop"), Text("Drop pictures")),
    MemberKind.STYLE: (Text("New style"), Text("Drop pictures")),
}


class Card(Struct, frozen=True):
    """A line of the page: the heading of a kind with `amount`, a member with its number of tasks, or, without both, the
    card for a new member."""

    kind: MemberKind
    member: Member | None = None
    amount: int | None = None

    @property
    def is_heading(self) -> bool:
        return self.member is None and self.amount is not None

    @property
    def title(self) -> str:
        if self.member is not None:
            return f"@{self.member.name}"
        return str(TITLES[self.kind] if self.is_heading else NEW[self.kind][0])

    @property
    def detail(self) -> str:
        if self.member is None:
            return "" if self.is_heading else str(NEW[self.kind][1])
        amount = self.amount or 0
        held = held_words(self.member.files) or (_("Words only") if self.member.words else _("No pictures"))
        tasks = ngettext("{n} task", "{n} tasks", amount) if amount else ""
        return " · ".join(filter(None, (held, tasks)))


class Cards(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.cards: Sequence[Card] = ()

    def show(self, cards: Sequence[Card]) -> None:
        """Updates cards in place if they are of the same members, which keeps the focus."""
        is_same = list(map(_key, cards)) == list(map(_key, self.cards))
        if not is_same:
            self.beginResetModel()
        before, self.cards = self.cards, cards
        if not is_same:
            self.endResetModel()
        elif before != cards:
            self.dataChanged.emit(self.index(0), self.index(len(cards) - 1))

    def position_of(self, member: MemberId | None) -> int:
        found = (at for at, card in enumerate(self.cards) if card.member is not None and card.member.id == member)
        return next(found, -1)

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.cards)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        if self.cards[index.row()].is_heading:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        card = self.cards[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return card.title
            case Qt.ItemDataRole.AccessibleTextRole:
                kind = str(KIND_WORDS[card.kind]) if card.member is not None else ""
                return " · ".join(filter(None, (card.title, kind, card.detail)))
            case _:
                return card if role == CARD else None


class CastModel(Model):
    changed = Signal()
    """Members, the current one, facts of its files, or what models take."""
    acted = Signal(str, object)
    """What was done, and the Member to save for undo."""
    put = Signal(object)
    """A Put: files were added."""
    made = Signal()
    """The current member is new: its name may be typed now."""
    voiced = Signal(object)
    """A MemberFile: a member has it as its voice now, from words. It may be heard."""

    def __init__(
        self,
        cases: UseCases,
        bridge: Bridge,
        composer: Composer,
        pages: Pages,
        runner: Runner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(cases, runner, parent)
        self._composer = composer
        self._pages = pages
        self.cards = Cards(self)
        self.kind: MemberKind | None = None
        """The only kind that is shown; None: all."""
        self.text = ""
        """What is searched for."""
        self.name_problem = ""
        """Why the member cannot have the name that was typed."""
        self.facts: dict[str, MediaFacts] = {}
        """By URI, of the current member's files."""
        self.recent: tuple[str, ...] = ()
        """Posters of the current member's last tasks."""
        self.designing: MemberId | None = None
        """The member for which a voice is being made."""
        self._fills: tuple[object, list[tuple[str, Fill]]] = (None, [])
        """Of which member and pair it was asked last, and the answer."""
        self._current: MemberId | None = None
        self._is_open = False
        for moved in (bridge.cast_changed, pages.changed, composer.structure_changed):
            moved.connect(self._moved)

    def set_open(self, is_open: bool) -> None:
        self._is_open = is_open
        if is_open:
            self._runner(self._cases.cast.load(), "read the cast", done=self._moved)

    @property
    def members(self) -> tuple[Member, ...]:
        return self._cases.cast.now.members

    @property
    def current(self) -> Member | None:
        return next((one for one in self.members if one.id == self._current), None)

    def tasks_of(self, member: Member) -> int:
        return next((amount for found, _, amount in self._pages.counts.cast if found == member.id), 0)

    def show_kind(self, kind: MemberKind | None) -> None:
        self.kind = kind
        self._show()

    def find(self, text: str) -> None:
        self.text = text
        self._show()

    def look_at(self, member_id: MemberId | None) -> None:
        if member_id != self._current:
            self._current, self.facts, self.recent, self.name_problem = member_id, {}, (), ""
            self._read()
            self.changed.emit()

    def items(self, member: Member) -> list[InputItem]:
        """Its pictures and clips as inputs in their order."""
        return [self.item(file, number) for number, file in enumerate(member.files)]

    def item(self, file: MemberFile, number: int) -> InputItem:
        if file.media is Media.AUDIO:
            label = _("Voice")
        elif file.media.kind.is_picture:
            label = _("Picture {n}", n=number + 1)
        else:
            label = _("Clip {n}", n=number + 1)
        return InputItem(
            field=FIELD,
            number=number,
            uri=file.uri,
            media=file.media,
            label=label,
            facts=self.facts.get(file.uri),
            problem="",
        )

    def fills(self, member: Member) -> list[tuple[str, Fill]]:
        """What models take of a member: first the composer's, then one of each different answer. It is kept: to try all
        pairs takes 50 ms."""
        first = self._composer.pair
        if self._fills[0] != (member, first):
            found: dict[Fill, str] = {}
            for pair in (first, *self._cases.catalog.pairs()):
                is_asked = pair is first or (pair.prompt_field is not None and pair.label not in found.values())
                if is_asked and len(found) < MOST_FILLS:
                    found.setdefault(fill_of(pair, member), pair.label)
            self._fills = (member, first), [(label, fill) for fill, label in found.items()]
        return self._fills[1]

    def begin(self, kind: MemberKind, paths: Sequence[Path] = ()) -> None:
        """Makes a member, with these files."""
        self.kind, self.text = None, ""
        self._put(self._cases.cast_files.put(new_member(self._cases.cast.now, kind), paths), is_new=True)

    def add(self, member: Member, paths: Sequence[Path]) -> None:
        self._put(self._cases.cast_files.put(member, paths))

    def add_part(self, member: Member, sound: LongSound, start: float, wav: bytes) -> None:
        """Makes a part of a sound the voice."""
        self._put(self._cases.cast_files.put_part(member, sound, start, wav))

    def rename(self, name: str) -> None:
        """`name_problem` says why the member cannot have the name."""
        name = name.strip().removeprefix("@").strip()
        if self.current is None or name == self.current.name:
            self._say_name("")
            return

        def failed(error: RunwayDesktopError) -> None:
            self._say_name(error.in_words())

        self._change(Text("Renamed @{name} to @{new}.").with_(new=name), failed, name=name)

    def set_kind(self, kind: MemberKind) -> None:
        self._change(Text("@{name} changed."), kind=kind)

    def set_words(self, words: str) -> None:
        if self.current is not None and words.strip() != self.current.words:
            self._change(Text("@{name} changed."), words=words.strip())

    def move(self, number: int, to: int) -> None:
        files = list(self.current.files) if self.current is not None else []
        if number != to and 0 <= to < len(files):
            files.insert(to, files.pop(number))
            self._change(Text("Pictures of @{name} reordered."), files=tuple(files))

    def remove_file(self, number: int) -> None:
        files = list(self.current.files) if self.current is not None else []
        if 0 <= number < len(files):
            removed = Path(files.pop(number).path).name
            self._change(Text("Removed from @{name}: {file}.").with_(file=removed), files=tuple(files))

    def remove_voice(self) -> None:
        self._change(Text("Voice removed from @{name}."), voice=None)

    @property
    def designed(self) -> tuple[DesignedVoice, ...]:
        """The last voices that were made of words, newest first."""
        return self._cases.voices.designed[: -MOST_DESIGNED - 1 : -1]

    @staticmethod
    def description_problem(words: str) -> str:
        """Why a voice cannot be made of these words; empty if it can."""
        is_long = len(words.strip()) >= LEAST_WORDS
        return "" if is_long else _("Describe the voice with at least {n} letters.", n=LEAST_WORDS)

    def design_voice(self, member: Member, words: str) -> None:
        """Has Runway make a voice, which is paid, for this member."""
        self._take_voice(member, self._cases.voices.design(words))

    def use_voice(self, member: Member, voice: DesignedVoice) -> None:
        """Gives it a voice that was made before, which is saved first if it was not."""
        self._take_voice(member, self._cases.voices.save(voice))

    def _take_voice(self, member: Member, making: Coroutine[Any, Any, DesignedVoice]) -> None:
        async def work() -> Member | None:
            try:
                voice = (await making).file
                present = await self._cases.cast.member(member.id)
                if voice is None or present is None:
                    return None
                before = await self._cases.cast.save(replace(present, voice=voice))
                self.voiced.emit(voice)
                return before
            finally:
                self.designing = None
                self.changed.emit()

        self.designing = member.id
        self.changed.emit()
        self._runner(work(), "give a voice", done=self._done(_("@{name} has another voice.", name=member.name)))

    def remove(self) -> None:
        if (member := self.current) is not None:
            said = _("@{name} removed from the cast.", name=member.name)
            self._runner(self._cases.cast.remove(member.id), "remove a member", done=self._done(said))

    def save(self, member: Member) -> None:
        """Takes back an act."""
        self._runner(self._cases.cast.save(member), "save a member", done=self._done(""))

    def _change(self, said: Text, failed: Callable[[RunwayDesktopError], None] | None = None, **changes: Any) -> None:
        """Changes fields of the current member. `said`: what was done, which gets its name."""
        if (member := self.current) is not None:
            done = self._done(str(said.with_(name=member.name)))
            work = self._cases.cast.save(replace(member, **changes))
            self._runner(work, "save a member", done=done, failed=failed)

    def _done(self, said: str) -> Callable[[Member | None], None]:
        def done(before: Member | None) -> None:
            self._say_name("")
            if said and before is not None:
                self.acted.emit(said, before)

        return done

    def _put(self, work: Coroutine[Any, Any, Put], *, is_new: bool = False) -> None:
        def done(put: Put) -> None:
            self.look_at(put.member.id)
            self._moved()
            self.put.emit(put)
            if is_new:
                self.made.emit()

        self._runner(work, "add to the cast", done=done)

    def _say_name(self, problem: str) -> None:
        if problem != self.name_problem:
            self.name_problem = problem
            self.changed.emit()

    def _moved(self, _: object = None) -> None:
        if self._is_open:
            self._read()
            self._show()

    def _show(self) -> None:
        found = [one for one in self.members if name_key(self.text.strip().removeprefix("@")) in name_key(one.name)]
        cards: list[Card] = []
        for kind in MemberKind:
            of_kind = [Card(kind, one, self.tasks_of(one)) for one in found if one.kind is kind]
            if self.kind in (None, kind) and (of_kind or not self.text):
                cards += [Card(kind, amount=len(of_kind)), *of_kind, *(() if self.text else (Card(kind),))]
        self.cards.show(cards)
        self.changed.emit()

    def _read(self) -> None:
        if self.current is not None:
            self._runner(self._learn(self.current), "look at a member")

    async def _learn(self, member: Member) -> None:
        looks = await self._cases.intake.look([file.uri for file in member.all_files])
        listing = Listing(filter=Filter(cast=frozenset({member.id})), group=GroupBy.NONE)
        _entries, rows = await self._cases.library.beginning(listing, MOST_RECENT, MOST_RECENT)
        facts = {uri: found.facts for uri, found in looks.items() if found.facts is not None}
        recent = tuple(filter(None, map(poster_of, rows)))
        if member.id == self._current and (facts, recent) != (self.facts, self.recent):
            self.facts, self.recent = facts, recent
            self.changed.emit()


def _key(card: Card) -> tuple[MemberKind, MemberId | None, bool]:
    return card.kind, card.member.id if card.member is not None else None, card.is_heading
