"""The status line and the top bar in words: connection, live and waiting, money today, downloads. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from runway_desktop.domain.account import Connection, KeyPlace, KeyStatus, Link, Organization
from runway_desktop.domain.events import DownloadsCounted
from runway_desktop.domain.library import Place
from runway_desktop.services.engine import Engine
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.folders import headline_of
from runway_desktop.usecases.words.money import today_words
from runway_desktop.usecases.words.states import Tone

from .bridge import Bridge
from .expiry.expiry_board import ExpiryBoard
from .tasks.places import Places


class Status(QObject):
    changed = Signal()

    def __init__(self, engine: Engine, bridge: Bridge, places: Places, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._places = places
        self._board: ExpiryBoard | None = None
        self._downloads = DownloadsCounted(0, 0, 0.0)
        self._timer = QTimer(self, interval=1000)
        self._timer.timeout.connect(self.changed)
        self._timer.start()
        bridge.downloads_counted.connect(self._count_downloads)
        for signal in (bridge.connection_changed, bridge.organization_changed, bridge.key_changed, bridge.lane_changed):
            signal.connect(lambda _: self.changed.emit())
        bridge.library_move_changed.connect(lambda _: self.changed.emit())
        places.changed.connect(self.changed)

    @property
    def connection(self) -> Connection:
        return self._engine.account.connection

    @property
    def key(self) -> KeyStatus:
        return self._engine.account.key

    @property
    def organization(self) -> Organization | None:
        return self._engine.account.organization

    @property
    def paused(self) -> bool:
        return self._engine.settings.paused

    def connection_words(self) -> tuple[str, Tone]:
        connection, now = self.connection, self._engine.clock.now()
        match connection.link:
            case Link.CONNECTED:
                asked = f" · asked {units.ago(connection.last_answer_at, now)}" if connection.last_answer_at else ""
                return f"Connected{asked}", Tone.GOOD
            case Link.OFFLINE:
                return f"Offline{self._next_try(connection, now)}", Tone.WARN
            case Link.TROUBLED:
                return (
                    f"{connection.message or 'Runway is having trouble.'}{self._next_try(connection, now)}",
                    Tone.WARN,
                )
            case Link.NO_KEY:
                return "No key", Tone.WARN
            case Link.KEY_REFUSED:
                return "Runway did not accept the key", Tone.BAD
            case Link.IDLE:
                return "Not asked yet", Tone.PLAIN

    def balance_words(self) -> str:
        found = self.organization
        return units.credits_in_words(found.balance) if found is not None else f"{units.DASH} credits"

    def key_words(self) -> str:
        """Which key is in use and where it is kept, for the profile's button."""
        key = self.key
        match key.place:
            case KeyPlace.DEMO:
                return "Demo"
            case KeyPlace.NONE:
                return "No key"
            case _:
                return f"Key …{key.ending}" if key.ending else "Key"

    def key_place_words(self) -> str:
        key = self.key
        match key.place:
            case KeyPlace.DEMO:
                return "The demo: a simulated Runway on this computer. Nothing is charged."
            case KeyPlace.KEYCHAIN:
                return f"The key is kept in {key.store_name}."
            case KeyPlace.MEMORY:
                return key.problem or "The key is kept for this session only."
            case KeyPlace.ENVIRONMENT:
                return "The key comes from RUNWAYML_API_SECRET."
            case KeyPlace.NONE:
                return key.problem or "There is no key yet."

    def left_parts(self) -> list[str]:
        engine = self._engine
        counts = self._places.counts.places
        live, waiting = counts.get(Place.LIVE, 0), counts.get(Place.WAITING_HERE, 0)
        parts = [f"{live:,} live"]
        if waiting:
            said = f"{waiting:,} waiting here"
            forecast = engine.lane.forecast() if engine.is_made("lane") else None
            if forecast is not None:
                said += f" · about {units.span(forecast.low_seconds, forecast.high_seconds)}"
            parts.append(said)
        spent = engine.budget.spent_today if engine.is_made("budget") else 0.0
        today = today_words(spent, engine.settings.day_cap)
        if today:
            parts.append(today)
        if self.paused:
            parts.append("Sending is paused")
        return parts

    def not_saved_words(self) -> str:
        """ "3 not saved"; empty while there is nothing of which to speak."""
        count = self._board.count if self._board is not None else 0
        return f"{count:,} not saved" if count else ""

    def keep_board(self, board: ExpiryBoard) -> None:
        self._board = board
        board.changed.connect(self.changed)

    def right_parts(self, model: str) -> list[str]:
        """`model` is the composer's: what is left of it today."""
        parts = []
        engine = self._engine
        moving = engine.move.progress if engine.is_made("move") and engine.move.is_moving else None
        if moving is not None:
            parts.append(headline_of(moving))
        left = self.organization.left_today(model) if self.organization is not None else None
        if left is not None:
            parts.append(f"{units.count(left, 'generation')} left today for {model}")
        if saving := self._saving_words():
            parts.append(saving)
        return parts

    def _saving_words(self) -> str:
        """ "Saving 2 results · 3.1 MB/s · 5 more wait"; empty when nothing is to be saved."""
        running, waiting = self._downloads.running, self._downloads.waiting
        if running:
            said = f"Saving {units.count(running, 'result')} · {units.speed(self._downloads.speed)}"
            return f"{said} · {units.count(waiting, 'more waits', 'more wait')}" if waiting else said
        if not waiting:
            return ""
        until = "until Runway can be reached" if self.connection.link is Link.OFFLINE else "to be saved"
        return f"{units.count(waiting, 'result waits', 'results wait')} {until}"

    def _count_downloads(self, counted: DownloadsCounted) -> None:
        self._downloads = counted
        self.changed.emit()

    @staticmethod
    def _next_try(connection: Connection, now: float) -> str:
        if connection.next_try_at is None or connection.next_try_at <= now:
            return ""
        return f" · next try in {connection.next_try_at - now:.0f} s"
