"""The chooser: a popup over the composer to select endpoint and model.

Typing searches the whole catalog. Arrow keys and Return work from the search line; Ctrl+D marks a favorite; Escape
closes without a selection. A window of its own without a nested event loop. GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListView, QToolButton, QWidget

from runway_desktop.domain.media import INPUTS
from runway_desktop.domain.workflows.routing import GENERATE
from runway_desktop.texts import Text, _
from runway_desktop.ui.building import Popup, hbox, push_button, tool_button, vbox
from runway_desktop.ui.labels import announce, words
from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.usecases.requests.choices import CatalogPart
from runway_desktop.usecases.words.plain import tip
from runway_desktop.viewmodels.composer.chooser import Chooser

from .lists import TEXT_ICON, OfferDelegate, OffersModel, PartsList, star_rect

WIDTH, HEIGHT = 108 * GRID, 78 * GRID
PORTAL = QUrl("https://dev.runwayml.com")
"""Runway's developer portal, where routers are made."""
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_HAVE = (
    ("text", TEXT_ICON, Text("prompt")),
    *((media.value, media.kind.icon, media.kind.word) for media in INPUTS),
)


class ChooserPanel(Popup):
    def __init__(self, chooser: Chooser, theme: Theme, parent: QWidget) -> None:
        super().__init__(_("Choose a model"), parent)
        self._chooser = chooser
        self._theme = theme
        self.setProperty("pane", None)
        self.setProperty("popup", True)
        vbox(self._build_top(), (self._build_body(), 1), self._build_foot(), on=self, margins=GRID)
        self.parts.show_parts(chooser.parts(), chooser.part)
        chooser.changed.connect(self._again)
        chooser.look_up_times()
        chooser.look_up_routers()

    def open_at(self, button: QWidget, *, at_parts: bool = False) -> None:
        """Opens above the button, entirely on its screen. `at_parts`: the focus starts in the left list."""
        window = button.window().geometry()
        screen = (button.screen() or QGuiApplication.primaryScreen()).availableGeometry().united(window)
        self.resize(QSize(min(WIDTH, window.width() - 2 * GRID), min(HEIGHT, window.height() - 8 * GRID)))
        start = button.width() - self.width() if self.isRightToLeft() else 0
        at = button.mapToGlobal(QPoint(start, -self.height() - GRID // 2))
        if at.y() < screen.top():
            at.setY(screen.top() + GRID)
        at.setX(max(screen.left(), min(at.x(), screen.right() - self.width())))
        self.move(at)
        self.show()
        self._show_offers()
        (self.parts if at_parts else self.search).setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if control and event.key() == Qt.Key.Key_D:
                self._toggle_favorite()
                return True
            if watched is self.search and self._key_in_search(event):
                return True
            if watched is self.offers and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take()
                return True
            if watched is self.offers and event.key() == Qt.Key.Key_Left:
                self.parts.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        if watched is self.offers.viewport() and isinstance(event, QMouseEvent):
            return self._mouse_on_offers(event)
        return super().eventFilter(watched, event)

    def _keeps(self, event: QKeyEvent) -> bool:
        # With Ctrl too: the send key would pay for the model that is about to be replaced.
        return event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or super()._keeps(event)

    def _build_top(self) -> QHBoxLayout:
        hint = _("Search models, makers, inputs and outputs")
        self.search = QLineEdit(self, placeholderText=hint, clearButtonEnabled=True)
        self.search.setAccessibleName(_("Search endpoints and models"))
        self.search.textChanged.connect(self._show_offers)
        self.search.installEventFilter(self)
        have = words(self, _("I have"), "muted", wrap=False)
        top = hbox((self.search, 1), GRID, have, spacing=GRID // 2)
        self._have: dict[str, QToolButton] = {}
        for kind, icon, name in _HAVE:
            button = tool_button(
                self,
                icon=self._theme.icon(icon, Role.MUTED),
                kind="flat",
                tip=_("Only models that accept this: {kind}", kind=name),
                spoken=_("I have: {kind}", kind=name),
                checkable=True,
            )
            button.toggled.connect(self._show_offers)
            self._have[kind] = button
            top.addWidget(button)
        return top

    def _build_body(self) -> QHBoxLayout:
        self.parts = PartsList(self._theme, self)
        self.parts.scope_chosen.connect(lambda _: self._show_part())
        self.parts.taken.connect(self._take_part)
        self.parts.typed.connect(self._type_on)
        self.parts.right.connect(self._go_to_offers)
        self.parts.installEventFilter(self)
        self._model = OffersModel(self)
        self.offers = QListView(self, uniformItemSizes=True)
        self.offers.setModel(self._model)
        self.offers.setItemDelegate(OfferDelegate(self._theme, self.offers))
        self.offers.setMouseTracking(True)
        self.offers.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.offers.setAccessibleName(_("Models"))
        self.offers.selectionModel().currentChanged.connect(self._say_offer)
        self.offers.installEventFilter(self)
        self.offers.viewport().installEventFilter(self)
        self._nothing = words(self, tone="muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.hide()
        return hbox(self.parts, (self.offers, 1), (self._nothing, 1))

    def _build_foot(self) -> QHBoxLayout:
        foot = hbox()
        self._portal = push_button(self, _("Set up routers"), lambda: QDesktopServices.openUrl(PORTAL), kind="link")
        self._portal.setToolTip(tip(_("A router chooses a model for each request. Opens dev.runwayml.com.")))
        keys = _("Return selects   ·   Ctrl+D adds to favorites   ·   Esc closes")
        for text in (keys, _("Catalog: SDK {version}", version=self._chooser.version)):
            label = words(self, text, "faint", wrap=False, font=self._theme.small_font())
            foot.addWidget(label, 0 if foot.count() else 1)
        foot.insertWidget(1, self._portal)
        return foot

    def _go_to_offers(self) -> None:
        self.offers.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say_offer(self) -> None:
        """The search line keeps the focus, so that a screen reader does not find the offer by itself."""
        offer = self._model.offer(self.offers.currentIndex())
        if offer is not None and self.search.hasFocus():
            announce(self.search, offer.in_words)

    def _key_in_search(self, event: QKeyEvent) -> bool:
        if event.key() in _MOVES:
            self.offers.keyPressEvent(event)
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take()
            return True
        back = Qt.Key.Key_Right if self.isRightToLeft() else Qt.Key.Key_Left
        if event.key() == back and not self.search.text():
            self.parts.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        return False

    def _mouse_on_offers(self, event: QMouseEvent) -> bool:
        if event.type() != QEvent.Type.MouseButtonRelease or event.button() != Qt.MouseButton.LeftButton:
            return False
        index = self.offers.indexAt(event.position().toPoint())
        offer = self._model.offer(index)
        if offer is None:
            return False
        star = star_rect(self.offers.visualRect(index), self.offers.layoutDirection())
        if star.contains(event.position().toPoint()):
            self._chooser.toggle_favorite(offer.key)
        else:
            self.offers.setCurrentIndex(index)
            self._take()
        return True

    def _having(self) -> frozenset[str]:
        return frozenset(kind for kind, button in self._have.items() if button.isChecked())

    def _show_part(self) -> None:
        """Lists the part that was selected, and clears the search."""
        if self.search.text():
            self.search.clear()
        else:
            self._show_offers()

    def _show_offers(self) -> None:
        text = self.search.text()
        before = self._model.offer(self.offers.currentIndex())
        self._model.show_offers(self._chooser.offers(self.parts.scope, text, self._having()))
        wanted = self._chooser.current if not text else None
        row = self._model.row_of(before.key) if before is not None and not text else None
        if row is None and wanted is not None:
            row = self._model.row_of(wanted)
        amount = self._model.rowCount()
        if amount:
            index = self._model.index(row or 0)
            self.offers.setCurrentIndex(index)
            self.offers.scrollTo(index, QListView.ScrollHint.EnsureVisible)
        self.offers.setVisible(bool(amount))
        self._nothing.setText(self._nothing_words(text))
        self._nothing.setVisible(not amount)
        # A part without routers is not listed.
        self._portal.setVisible(self.parts.scope in (CatalogPart.ALL, *GENERATE))

    def _nothing_words(self, text: str) -> str:
        if text:
            return _("No results for “{query}”", query=text)
        if self.parts.scope == CatalogPart.FAVORITES and not self._having():
            return _("No favorites yet. Add one with Ctrl+D or its star.")
        return _("No model here takes all of these. Clear some filters, or search all models.")

    def _again(self) -> None:
        self.parts.show_parts(self._chooser.parts(), self.parts.scope)
        self._show_offers()

    def _toggle_favorite(self) -> None:
        offer = self._model.offer(self.offers.currentIndex())
        if offer is not None:
            self._chooser.toggle_favorite(offer.key)

    def _type_on(self, text: str) -> None:
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)
        self.search.setText(self.search.text() + text)

    def _take(self) -> None:
        offer = self._model.offer(self.offers.currentIndex())
        if offer is not None:
            self.close()
            self._chooser.choose(offer.key)

    def _take_part(self, scope: str) -> None:
        if scope in set(CatalogPart):
            self._go_to_offers()
            return
        self.close()
        self._chooser.choose_part(scope)
