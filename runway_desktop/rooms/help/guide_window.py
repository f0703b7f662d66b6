"""The guide: its pages, with an index, a search, and links within it. Needs no connection. GUI thread only.

The pages are the Markdown files of `docs/guide`, read when they are shown: a few kilobytes each, installed with the
program. Nothing else is loaded: a link out of the guide opens in the system's browser.
"""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QRegularExpression, QSignalBlocker, QSize, Qt, QUrl
from PySide6.QtGui import (
    QAccessible,
    QDesktopServices,
    QFontDatabase,
    QImage,
    QKeySequence,
    QShortcut,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextTable,
)
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QTextBrowser, QWidget

from runway_desktop.catalog.resource_path import guide
from runway_desktop.texts import _
from runway_desktop.ui.building import Dialog, SearchKeys, hbox, line_edit, open_at, tool_button, vbox
from runway_desktop.ui.labels import words
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme

ENDING = ".md"
_LINK = re.compile(r"\]\(([\w-]+)\.md\)")
_NARROWEST = 40 * GRID
"""Of pictures, which fit into the page."""
_LINES = 125
"""Height of a line in percent."""
_PICTURE = "\ufffc"
"""Stands for a picture in a line."""
_ANY_CASE = QRegularExpression.PatternOption.CaseInsensitiveOption
_PLACE = Qt.ItemDataRole.UserRole
_INDEX = "index"


def pages(folder: Path) -> dict[str, str]:
    """Names and texts of the guide's pages, in the order of the index. Without the files, there are none."""
    try:
        index = (folder / f"{_INDEX}{ENDING}").read_text("utf-8")
        names = dict.fromkeys([_INDEX, *_LINK.findall(index)])
        return {name: (folder / f"{name}{ENDING}").read_text("utf-8") for name in names}
    except OSError:
        return {}


def page_of(link: QUrl) -> str:
    return link.path().removesuffix(ENDING)


def anchor(heading: str) -> str:
    """The name of a heading in links, as GitHub makes it."""
    return re.sub(r"[^\w -]", "", heading.casefold()).replace(" ", "-")


def show_guide(page: str, theme: Theme, over: QWidget) -> GuideWindow:
    """Opens the guide over a window, or shows the page in the one that is open there."""
    window = over.findChild(GuideWindow) or GuideWindow(guide(), theme, over)
    # Not modal: its steps are followed in the window below.
    window.show()
    window.open_page(page)
    window.raise_()
    window.activateWindow()
    return window


class GuideWindow(Dialog):
    def __init__(self, folder: Path, theme: Theme, parent: QWidget | None) -> None:
        super().__init__(_("Guide"), parent)
        self._theme = theme
        self._pages = pages(folder)
        self.browser = GuideBrowser(folder, self._pages, theme, self)
        self.index = QListWidget(self)
        self.index.setAccessibleName(_("Sections"))
        self.index.setProperty("kind", "sections")
        for name, text in self._pages.items():
            entry = QListWidgetItem(text.partition("\n")[0].removeprefix("# "), self.index)
            entry.setData(_PLACE, name)
        self.index.setFixedWidth(max(24 * GRID, self.index.sizeHintForColumn(0) + 3 * GRID))
        self.search = line_edit(self, _("Search the guide"), hint=_("Search"), clear=True)
        self._back = tool_button(self, self.browser.backward, spoken=_("Back"), tip=_("Back"), kind="flat")
        self._forward = tool_button(self, self.browser.forward, spoken=_("Forward"), tip=_("Forward"), kind="flat")
        self._nothing = words(self, _("No results."), "muted")
        self._nothing.hide()
        tools = hbox(self._back, self._forward, (self.search, 1), spacing=GRID // 2)
        side = vbox(tools, self._nothing, (self.index, 1))
        hbox(side, (self.browser, 1), on=self, spacing=2 * GRID, margins=2 * GRID)
        self.browser.backwardAvailable.connect(self._back.setEnabled)
        self.browser.forwardAvailable.connect(self._forward.setEnabled)
        self._back.setEnabled(False)
        self._forward.setEnabled(False)
        self.browser.sourceChanged.connect(self._mark_page)
        self.index.currentItemChanged.connect(self._go)
        self.search.textChanged.connect(self._narrow)
        SearchKeys(self.search, self.index, self._find)
        keys = QKeySequence.StandardKey
        for key, does in (
            (keys.Back, self.browser.backward),
            (keys.Forward, self.browser.forward),
            (keys.Find, self._go_to_search),
            (keys.FindNext, self._find),
        ):
            QShortcut(QKeySequence(key), self, does)
        FollowsTheme(theme, self, self._restyle)
        self.setMinimumSize(80 * GRID, 50 * GRID)
        open_at(self, QSize(128 * GRID, 96 * GRID))

    def open_page(self, name: str) -> None:
        self.browser.open_page(name)
        self.browser.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go(self, entry: QListWidgetItem | None) -> None:
        if entry is not None and entry.data(_PLACE) != self.browser.page:
            self.browser.open_page(entry.data(_PLACE))

    def _entries(self) -> list[QListWidgetItem]:
        return [self.index.item(row) for row in range(self.index.count())]

    def _mark_page(self, source: QUrl) -> None:
        # The browser has its new source only after this signal: the index must not open it once more.
        with QSignalBlocker(self.index):
            for entry in self._entries():
                if entry.data(_PLACE) == page_of(source):
                    self.index.setCurrentItem(entry)

    def _go_to_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _narrow(self, wanted: str) -> None:
        """Lists the pages that contain all the words."""
        sought = wanted.casefold().split()
        for entry in self._entries():
            page = self._pages[entry.data(_PLACE)].casefold()
            entry.setHidden(not all(word in page for word in sought))
        self._nothing.setHidden(bool(self._listed()))

    def _listed(self) -> list[QListWidgetItem]:
        return [entry for entry in self._entries() if not entry.isHidden()]

    def _find(self) -> None:
        """Selects the next place that contains one of the words: on this page, then on the next that is listed."""
        sought, listed = self.search.text().split(), self._listed()
        wanted = QRegularExpression("|".join(map(re.escape, sought)), _ANY_CASE)
        if not sought or (self.index.currentItem() in listed and self.browser.find(wanted)):
            return
        if listed:
            at = listed.index(self.index.currentItem()) + 1 if self.index.currentItem() in listed else 0
            self.index.setCurrentItem(listed[at % len(listed)])
            self.browser.moveCursor(QTextCursor.MoveOperation.Start)
            self.browser.find(wanted)

    def _restyle(self) -> None:
        self._back.setIcon(self._theme.icon("mdi6.arrow-left", Role.MUTED))
        self._forward.setIcon(self._theme.icon("mdi6.arrow-right", Role.MUTED))
        self.browser.reload()


class GuideBrowser(QTextBrowser):
    """Shows one page. Loads files of the guide's folder only."""

    def __init__(self, folder: Path, texts: dict[str, str], theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._folder = folder
        self._texts = texts
        self._theme = theme
        self.setOpenLinks(False)
        self.setAccessibleName(_("Guide"))
        if QAccessible.isActive():
            # A screen reader reads from the caret; without one, arrow keys scroll.
            self.setTextInteractionFlags(self.textInteractionFlags() | Qt.TextInteractionFlag.TextSelectableByKeyboard)
        self.document().setDocumentMargin(3 * GRID)
        self.anchorClicked.connect(self._follow)

    @property
    def page(self) -> str:
        return page_of(self.source())

    def open_page(self, name: str) -> None:
        self.setSource(QUrl(f"{name}{ENDING}"), QTextDocument.ResourceType.HtmlResource)

    def loadResource(self, kind: int, named: QUrl | str) -> object:
        url = QUrl(named)
        if kind == QTextDocument.ResourceType.HtmlResource.value:
            return self._html(self._texts.get(page_of(url), ""))
        picture = QImage(str(self._folder / "pictures" / url.fileName()))
        if picture.isNull():
            return picture
        sharp = self.devicePixelRatioF()
        width = min(picture.width(), max(_NARROWEST, self.viewport().width() - 8 * GRID))
        picture = picture.scaledToWidth(round(width * sharp), Qt.TransformationMode.SmoothTransformation)
        picture.setDevicePixelRatio(sharp)
        return picture

    def _html(self, text: str) -> str:
        """The page as Qt's HTML: headings with the names that links use, room between lines, and keys on a ground."""
        page, features = QTextDocument(), QTextDocument.MarkdownFeature
        page.setMarkdown(text, features.MarkdownDialectGitHub | features.MarkdownNoHTML)
        cursor = QTextCursor(page)
        block = page.begin()
        while block.isValid():
            shape, heading = block.blockFormat(), block.blockFormat().headingLevel()
            if _PICTURE not in block.text():
                shape.setLineHeight(_LINES, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            if heading:
                shape.setTopMargin(0 if block.blockNumber() == 0 else 2 * GRID)
                shape.setBottomMargin(GRID)
            cursor.setPosition(block.position())
            cursor.setBlockFormat(shape)
            for part in block.textFormats():
                cursor.setPosition(block.position() + part.start)
                cursor.setPosition(block.position() + part.start + part.length, QTextCursor.MoveMode.KeepAnchor)
                if heading:
                    cursor.mergeCharFormat(_named(anchor(block.text())))
                elif part.format.fontFamilies():
                    # Only code has a font of its own.
                    cursor.mergeCharFormat(self._code())
            block = block.next()
        for table in page.rootFrame().childFrames():
            if isinstance(table, QTextTable):
                lines = table.format()
                lines.setBorderBrush(self._theme.color(Role.BORDER))
                table.setFormat(lines)
        return page.toHtml()

    def _code(self) -> QTextCharFormat:
        code = QTextCharFormat()
        code.setFontFamilies(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).families())
        code.setBackground(self._theme.color(Role.HOVER))
        return code

    def _follow(self, link: QUrl) -> None:
        if link.scheme() in ("http", "https"):
            QDesktopServices.openUrl(link)
        elif page_of(target := self.source().resolved(link)) in self._texts:
            self.setSource(target, QTextDocument.ResourceType.HtmlResource)


def _named(name: str) -> QTextCharFormat:
    named = QTextCharFormat()
    named.setAnchor(True)
    named.setAnchorNames([name])
    return named
