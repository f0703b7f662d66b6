"""The composer pane: every kind of field is edited by mouse and keyboard, and no widgets accumulate."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from runway_desktop.catalog import Field, FieldKind, Pair, is_left_out
from runway_desktop.domain.inputs import AssetDrop
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Request, State, TaskId
from runway_desktop.texts import Text
from runway_desktop.ui.choice_popup import ChoicePopup
from runway_desktop.ui.composer.choices import options_of
from runway_desktop.ui.composer.field_editors import Chip, FieldPopup, FormRow
from runway_desktop.ui.composer.form import Form
from runway_desktop.ui.composer.prompt_edit import PromptEdit
from runway_desktop.ui.confirm import AskText
from runway_desktop.ui.flow_layout import FoldingLine
from runway_desktop.ui.inputs.tile import InputTile
from runway_desktop.ui.theme import ColorScheme
from runway_desktop.values import replace
from tests.gui.composer.shown_pane import Shown, shown
from tests.rigs.desktop import Rig, named, painted, rest, until
from tests.rigs.engine_rig import CATALOG
from tests.rigs.engine_rig import request as plain_request
from tests.rigs.rows import task
from tests.rigs.samples_of_requests import fullest
from tests.rigs.seen import button as button_in
from tests.rigs.seen import child, chips, choices, said
from tests.rigs.seen import line as line_of
from tests.rigs.seen import prompt as prompt_of
from tests.rigs.seen import send as send_of

PAIRS = list(CATALOG.pairs())
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


NESTED = (FieldKind.OBJECT, FieldKind.OBJECTS, FieldKind.TEXTS, FieldKind.UNKNOWN)
"""Their editors are made of other editors, and have tests of their own."""


def kinds_of_fields() -> list[tuple[str, Pair, Field]]:
    """One field of each kind, and of each way of choosing."""
    found: dict[str, tuple[Pair, Field]] = {}
    for pair in PAIRS:
        for field in pair.fields:
            if not field.is_asset and field.kind not in NESTED:
                name = f"{field.kind.value}{' listed' if options_of(field) is not None else ' typed'}"
                found.setdefault(name, (pair, field))
    return [(name, pair, field) for name, (pair, field) in sorted(found.items())]


KINDS = kinds_of_fields()


def go_to(rig: Rig, pair: Pair) -> None:
    rig.composer.choose_endpoint(pair.endpoint)
    rig.composer.choose_model(pair.model)


def button(rig: Shown, name: str) -> QPushButton:
    return button_in(rig.pane, name)


def chip(rig: Shown, name: str) -> QPushButton:
    return chips(rig.pane)[rig.composer.pair.field(name).label]


def delete_deferred() -> None:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def picture(name: str = "still") -> AssetDrop:
    return AssetDrop(uri=f"https://media.example.com/{name}.png", media=Media.IMAGE)


@pytest.mark.parametrize(("name", "pair", "field"), KINDS, ids=[name for name, *_ in KINDS])
async def test_each_form_field_shows_its_value(name, pair, field, tmp_path, theme, qtbot):
    value = fullest(pair).get(field.name)
    if is_left_out(value):
        pytest.skip("this field must be sent by itself")
    holder = QWidget()
    qtbot.addWidget(holder)
    row = FormRow(field, holder)
    said = []
    row.edited.connect(lambda name, value: said.append(value))
    row.show_value(value)
    assert said == [], "showing is not typing"
    editor = row.editor
    if isinstance(editor, Chip):
        editor.edited.emit(field.name, value)
    elif isinstance(editor, QPlainTextEdit):
        text = editor.toPlainText()
        editor.setPlainText("")
        editor.setPlainText(text)
    elif isinstance(editor, QLineEdit):
        text = editor.text()
        editor.setText("")
        editor.setText(text)
    assert said[-1] == value
    assert editor.accessibleName() == field.label
    row.show_value(None)
    row.show_finding("It is wrong.")
    assert "It is wrong." in editor.accessibleDescription()


async def test_chip_button_opens_its_choices_and_marks_the_current_one(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        found = chip(rig, "ratio")
        QTest.mouseClick(found, Qt.MouseButton.LeftButton)
        popup = found.findChild(ChoicePopup)
        await until(popup.isVisible)
        QTest.keyClick(choices(popup), Qt.Key.Key_Down)
        QTest.keyClick(choices(popup), Qt.Key.Key_Return)
        await rest()
        assert rig.composer.value("ratio") == rig.composer.pair.field("ratio").choices[1]
        assert "▾" in found.text()


async def test_long_list_of_choices_can_be_searched_by_typing(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        go_to(rig, CATALOG.pair("text_to_image", "gpt_image_2"))
        found = chip(rig, "ratio")
        QTest.mouseClick(found, Qt.MouseButton.LeftButton)
        popup = found.findChild(ChoicePopup)
        QTest.keyClicks(line_of(popup), "1920")
        shown_items = [choices(popup).item(row) for row in range(choices(popup).count())]
        shown_names = [item.text() for item in shown_items if not item.isHidden()]
        assert shown_names
        assert all("1920" in name for name in shown_names)
        QTest.keyClick(line_of(popup), Qt.Key.Key_Return)
        await rest()
        assert rig.composer.value("ratio") == shown_names[0]


async def test_escape_closes_the_list_of_choices_without_a_choice(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        before = rig.composer.value("ratio")
        found = chip(rig, "ratio")
        QTest.mouseClick(found, Qt.MouseButton.LeftButton)
        QTest.keyClick(choices(found.findChild(ChoicePopup)), Qt.Key.Key_Escape)
        await rest()
        assert rig.composer.value("ratio") == before


async def test_the_largest_seed_can_be_typed(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        found = chip(rig, "seed")
        QTest.mouseClick(found, Qt.MouseButton.LeftButton)
        line = found.findChild(FieldPopup)
        QTest.keyClicks(line_of(line), "4294967295x")
        assert rig.composer.value("seed") == 4294967295
        QTest.keyClick(line_of(line), Qt.Key.Key_Return)
        await rest()
        assert "4294967295" in found.text()


async def test_typing_fills_the_request_and_ctrl_return_sends_it_once(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        sent = []
        rig.composer.sent.connect(sent.append)
        rig.pane.focus_prompt()
        QTest.keyClicks(prompt_of(rig.pane), "A lighthouse")
        assert rig.composer.prompt == "A lighthouse"
        QTest.keyClick(prompt_of(rig.pane), Qt.Key.Key_Return, CONTROL)
        QTest.keyClick(prompt_of(rig.pane), Qt.Key.Key_Return, CONTROL)
        await until(lambda: sent)
        await rest()
        assert len(rig.store.tasks) == 1
        assert "\n" not in prompt_of(rig.pane).toPlainText()


async def test_double_click_on_generate_sends_once_and_explains_how_to_make_another(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        rig.composer.set_prompt("A lighthouse")
        button = send_of(rig.pane)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        await until(lambda: rig.store.tasks and not rig.composer.button().reasons)
        # The second half of a double click: a press of its own kind, and a release.
        QTest.mouseDClick(button, Qt.MouseButton.LeftButton)
        QTest.mouseRelease(button, Qt.MouseButton.LeftButton)
        await rest()
        assert len(rig.store.tasks) == 1
        assert "Press again for another take" in said(rig.pane)
        assert button.accessibleName().startswith("Generate another")
        QTest.keyClicks(prompt_of(rig.pane), "!")
        assert "Press again" not in said(rig.pane)
        assert button.text().startswith("Generate  ")


async def test_only_the_configured_send_key_sends(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        rig.composer.set_prompt("A lighthouse")
        rig.keys.choose(named("request.send"), [QKeySequence("F9")])
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            QTest.keyClick(prompt_of(rig.pane), key, CONTROL)
        await rest()
        assert not rig.store.tasks
        assert rig.composer.prompt == "A lighthouse"
        QTest.keyClick(prompt_of(rig.pane), Qt.Key.Key_F9)
        await until(lambda: rig.store.tasks)


async def test_held_down_send_key_sends_once(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        sent: list[object] = []
        rig.composer.sent.connect(sent.append)
        rig.pane.focus_prompt()
        rig.composer.set_prompt("A lighthouse")
        QTest.keyPress(prompt_of(rig.pane), Qt.Key.Key_Return, CONTROL)
        await until(lambda: sent)
        await rig.clock.advance(60)
        for _ in range(5):
            held = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, CONTROL, "\r", True)
            QApplication.sendEvent(prompt_of(rig.pane), held)
        await rest()
        assert len(rig.store.tasks) == 1
        assert rig.composer.prompt == "A lighthouse"


async def test_return_in_the_prompt_inserts_a_line_break(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        height = prompt_of(rig.pane).height()
        QTest.keyClicks(prompt_of(rig.pane), "One")
        QTest.keyClick(prompt_of(rig.pane), Qt.Key.Key_Return)
        QTest.keyClicks(prompt_of(rig.pane), "Two")
        assert rig.composer.prompt == "One\nTwo"
        assert prompt_of(rig.pane).height() > height


@pytest.mark.parametrize(
    "text", ["A lighthouse " * 14, "窓辺で眠る猫、朝の光、ゆっくりとしたパン。" * 5, "One\nTwo\nThree"]
)
async def test_prompt_field_grows_and_shrinks_with_its_lines(text, tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        prompt = prompt_of(rig.pane)
        rig.composer.set_prompt("x")
        low = prompt.height()
        rig.composer.set_prompt(text)
        await rest()
        assert prompt.height() > low
        bottom = prompt.cursorRect().bottom()
        assert bottom <= prompt.viewport().height(), "the last line is seen whole"
        rig.composer.set_prompt("y" * 20)
        assert prompt.height() == low


async def test_hint_of_an_empty_prompt_is_fully_visible(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        prompt = prompt_of(rig.pane)
        for width in (320, 480, 760, 1200):
            rig.pane.resize(width, 400)
            await rest()
            assert prompt.fontMetrics().horizontalAdvance(prompt.placeholderText()) <= prompt.viewport().width()
        assert "Drop files" in prompt.placeholderText()


async def test_generate_button_has_its_own_line_in_a_narrow_pane(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        [line] = rig.pane.findChildren(FoldingLine)
        [send] = [one for one in rig.pane.findChildren(QPushButton) if one.text().startswith("Generate")]
        for width, below in ((430, True), (1000, False), (430, True)):
            rig.pane.resize(width, 400)
            await rest()
            assert (send.mapTo(rig.pane, QPoint()).y() > line.mapTo(rig.pane, line.rect().bottomLeft()).y()) is below


async def test_switching_the_model_leaves_no_old_widgets(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        first = rig.composer.pair
        others = PAIRS[:: len(PAIRS) // 12]
        for pair in (*others, first):
            go_to(rig, pair)
        delete_deferred()
        before = len(rig.pane.findChildren(QWidget))
        for _ in range(3):
            for pair in (*others, first):
                go_to(rig, pair)
        delete_deferred()
        assert len(rig.pane.findChildren(QWidget)) == before


@pytest.mark.parametrize("endpoint", [endpoint.name for endpoint in CATALOG.endpoints])
async def test_form_of_every_endpoint_can_be_shown_with_everything_set(endpoint, tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        for model in CATALOG.endpoint(endpoint).models:
            pair = CATALOG.pair(endpoint, model)
            wire = {name: value for name, value in fullest(pair).items() if not is_left_out(value)}
            rig.composer.load(Request(endpoint=endpoint, model=model, values=wire))
            before = rig.composer.request()
            button(rig, "More…").setChecked(True)
            rig.pane.grab()
            assert rig.composer.request() == before, "showing a request does not change it"
            assert "bad" not in [one.property("tone") for one in rig.pane.findChildren(QLabel) if one.isVisible()]


async def test_tab_order_of_the_composer_follows_the_layout(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        go_to(rig, CATALOG.pair("image_to_video", "gen4.5"))
        rig.composer.taking.add([picture()])
        go_to(rig, CATALOG.pair("image_to_video", "veo3.1"))
        rig.pane.resize(900, 900)
        button(rig, "More…").setChecked(True)
        delete_deferred()
        rig.pane.focus_prompt()
        reached = []
        for _ in range(60):
            widget = QApplication.focusWidget()
            if widget in reached:
                break
            reached.append(widget)
            QTest.keyClick(widget, Qt.Key.Key_Tab)
        expected = [
            widget
            for widget in rig.pane.findChildren(QWidget)
            if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        ]
        assert set(reached) >= set(expected)
        at = reached.index
        inputs = rig.pane.inputs
        assert at(prompt_of(rig.pane)) < at(inputs.tiles[0]) < at(inputs.add_tile) < at(button(rig, "What to make"))
        assert at(button(rig, "Model")) < at(chip(rig, "ratio")) < at(send_of(rig.pane))


async def test_what_would_be_needed_is_shown_where_it_applies_alone(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        recipe = "multi_shot_video"

        def seen() -> tuple[bool, bool]:
            return prompt_of(rig.pane).isVisible(), child(rig.pane, Form).isVisible()

        rig.composer.load(Request(endpoint=recipe, model=recipe, values={"mode": "auto"}))
        assert seen() == (True, False)
        rig.composer.set_value("mode", "custom")
        assert seen() == (False, True)
        rig.composer.set_value("shots", [{"prompt": "A door opens"}])
        rig.composer.set_value("mode", "auto")
        assert seen() == (True, True), "shots that are there can be taken out"


async def test_choice_inside_a_shot_shows_what_was_chosen(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        recipe, shots = "multi_shot_video", [{"prompt": "A door opens"}]
        rig.composer.load(Request(endpoint=recipe, model=recipe, values={"mode": "custom", "shots": shots}))
        length = child(child(rig.pane, Form), Chip)
        length.edited.emit("duration", 9)
        assert rig.composer.value("shots") == [{"prompt": "A door opens", "duration": 9}]
        assert length.text().startswith("9 s")


@pytest.mark.parametrize(
    ("endpoint", "model"),
    [("avatar_videos", "gwm1_avatars"), ("text_to_video", "kling3.0_pro"), ("video_to_video", "aleph2")],
)
async def test_tab_order_of_nested_fields_follows_the_layout(endpoint, model, tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        rig.pane.resize(900, 1600)
        values = fullest(CATALOG.pair(endpoint, model))
        rig.composer.load(Request(endpoint=endpoint, model=model, values={}))
        rig.pane.open_form(True)
        # What is filled in later is built later, and stands between what was there.
        rig.composer.load(Request(endpoint=endpoint, model=model, values=values))
        delete_deferred()
        await rest()
        holder = child(rig.pane, Form).widget()
        stops = [stop for stop in child(rig.pane, Form).stops() if stop.isEnabled()]
        stops[0].setFocus()
        reached: list[QWidget] = []
        while (widget := QApplication.focusWidget()) is not None and widget not in reached and len(reached) < 99:
            reached.append(widget)
            QTest.keyClick(widget, Qt.Key.Key_Tab)
        inside = [widget for widget in reached if holder.isAncestorOf(widget)]
        assert inside == reached[: len(inside)], "the form is gone through in one"
        assert len(inside) == len(stops) > 4
        places = [widget.mapTo(holder, QPoint(0, 0)) for widget in inside]
        backwards = [
            (before.accessibleName(), after.accessibleName())
            for (before, one), (after, other) in itertools.pairwise(zip(inside, places, strict=True))
            if other.y() + after.height() <= one.y() or (other.y() <= one.y() and other.x() < one.x())
        ]
        assert not backwards


async def test_focusable_controls_have_accessible_names(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        for pair in PAIRS[::5]:
            go_to(rig, pair)
            for widget in rig.pane.findChildren(QWidget):
                if widget.focusPolicy() is not Qt.FocusPolicy.NoFocus and isinstance(
                    widget, QPushButton | QLineEdit | QPlainTextEdit | InputTile
                ):
                    assert widget.accessibleName() or (isinstance(widget, QPushButton) and widget.text()), widget


async def test_inputs_are_moved_and_removed_by_key_and_keep_the_focus(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        pair = next(
            pair
            for pair in PAIRS
            if any((f.max_length or 0) >= 3 and Media.IMAGE in f.media for f in pair.asset_fields)
        )
        field = next(f for f in pair.asset_fields if (f.max_length or 0) >= 3 and Media.IMAGE in f.media)
        go_to(rig, pair)
        for name in "abc":
            rig.composer.taking.add_to(field.name, picture(name))
        tile = rig.pane.inputs.tiles[0]
        tile.setFocus()
        QTest.keyClick(tile, Qt.Key.Key_Right, ALT)
        assert [item.name[0] for item in rig.composer.inputs()] == ["b", "a", "c"]
        delete_deferred()
        focused = QApplication.focusWidget()
        assert focused is rig.pane.inputs.tiles[1], "it follows the input"
        QTest.keyClick(focused, Qt.Key.Key_Delete)
        delete_deferred()
        assert [item.name[0] for item in rig.composer.inputs()] == ["b", "c"]
        assert QApplication.focusWidget() is rig.pane.inputs.tiles[1]
        for _ in range(2):
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Delete)
            delete_deferred()
        assert QApplication.focusWidget() is rig.pane.inputs.add_tile


async def test_sending_with_a_missing_value_focuses_its_field(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        send_of(rig.pane).setFocus()
        QTest.keyClick(send_of(rig.pane), Qt.Key.Key_Space)
        assert QApplication.focusWidget() is prompt_of(rig.pane)
        assert "prompt is empty" in said(rig.pane)


async def test_escape_leaves_the_composer_and_a_frame_marks_the_focused_field(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        left = []
        rig.pane.left.connect(lambda: left.append(True))
        prompt = rig.pane.findChild(PromptEdit)
        box = prompt.parentWidget()
        rig.pane.focus_prompt()
        assert box.property("focused")
        for widget in (prompt, button(rig, "Model"), button(rig, "Generate")):
            widget.setFocus()
            QTest.keyClick(widget, Qt.Key.Key_Escape)
        assert len(left) == 3
        assert not box.property("focused")


async def test_generate_button_is_highlighted_only_while_it_can_send(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        assert button(rig, "Generate").property("blocked")
        rig.composer.load(plain_request())
        assert not button(rig, "Generate").property("blocked")
        rig.composer.set_value("promptText", "x" * 1001)
        assert button(rig, "Generate").property("blocked")


async def test_project_is_chosen_from_a_list_or_typed(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        await rig.engine.ledger.add([replace(task(1, State.QUEUED), project="Film")], [])
        button(rig, "Project").click()
        await until(lambda: rig.pane.findChild(ChoicePopup) is not None)
        choices = rig.pane.findChild(ChoicePopup).findChild(QListWidget)
        assert [choices.item(at).text() for at in range(choices.count())] == ["No project", "Film", "New project…"]
        choices.setCurrentRow(1)
        QTest.keyClick(choices, Qt.Key.Key_Return)
        assert rig.composer.project == "Film"
        assert button(rig, "Project").text().startswith("Film")
        rig.composer.set_project("")
        button(rig, "Project").click()
        await until(
            lambda: len(rig.pane.findChildren(ChoicePopup)) == 1 and rig.pane.findChild(ChoicePopup).isVisible()
        )
        choices = rig.pane.findChild(ChoicePopup).findChild(QListWidget)
        choices.setCurrentRow(choices.count() - 1)
        QTest.keyClick(choices, Qt.Key.Key_Return)
        asked = rig.pane.findChild(AskText)
        asked.findChild(QLineEdit).setText(" Aurora ")
        asked.accept()
        assert rig.composer.project == "Aurora"


async def test_editing_a_queued_task_is_shown_and_can_be_stopped(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        rig.composer.load(plain_request("Held"), editing=TaskId("t1"))
        assert button(rig, "Stop editing").isVisible()
        assert "Save changes" in send_of(rig.pane).text()
        rig.composer.stop_editing()
        assert not button(rig, "Stop editing").isVisible()
        assert prompt_of(rig.pane).toPlainText() == "Held"


async def test_generate_button_shows_the_price_or_why_it_cannot_send(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        rig.composer.load(plain_request())
        await rig.engine.pricing.learn(plain_request(), 60)
        rig.composer.changed.emit()
        assert send_of(rig.pane).text().endswith("60 credits")
        assert send_of(rig.pane).accessibleName() == "Generate, 60 credits"
        rig.composer.set_value("promptText", "")
        assert "empty" in send_of(rig.pane).accessibleDescription()


async def test_pasted_files_become_inputs_and_pasted_text_stays_text(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        pasted = []
        rig.pane.pasted.connect(pasted.append)
        files, text = QMimeData(), QMimeData()
        files.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.png"))])
        text.setText("Rich words")
        text.setHtml("<b>Rich words</b>")
        prompt_of(rig.pane).insertFromMimeData(files)
        prompt_of(rig.pane).insertFromMimeData(text)
        assert len(pasted) == 1
        assert rig.composer.prompt == "Rich words"


async def test_replaced_prompt_comes_back_by_undo(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        QTest.keyClicks(prompt_of(rig.pane), "Mine")
        rig.composer.set_prompt("Theirs")
        assert prompt_of(rig.pane).toPlainText() == "Theirs"
        prompt_of(rig.pane).undo()
        assert rig.composer.prompt == "Mine"


async def test_composer_paints_in_both_themes(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        rig.composer.taking.add([picture()])
        for choice in (ColorScheme.LIGHT, ColorScheme.DARK):
            theme.choose(choice)
            ground, colors = painted(rig.pane)
            assert (ground.lightness() > 127) is (choice is ColorScheme.LIGHT)
            assert colors > 20, "words and tiles stand on it"


def on_the_line(rig: Shown) -> list[QAbstractButton]:
    [line] = rig.pane.findChildren(FoldingLine)
    found = [one for one in line.findChildren(QAbstractButton) if one.parent() is line and one.isVisible()]
    return sorted(found, key=lambda one: one.x())


@pytest.mark.parametrize("width", [420, 560, 780, 1200])
async def test_settings_stand_on_one_line_with_the_rest_in_an_overflow_menu(tmp_path, theme, qtbot, width):
    async with shown(tmp_path, theme) as rig:
        rig.pane.resize(width, 400)
        await rest()
        [line] = rig.pane.findChildren(FoldingLine)
        buttons = on_the_line(rig)
        assert len({one.y() for one in buttons}) == 1
        assert all(one.geometry().right() < other.x() for one, other in itertools.pairwise(buttons))
        assert buttons[-1].geometry().right() < line.width()
        assert [one.accessibleName() for one in buttons[:2]] == ["What to make", "Model"]
        behind = len(line.findChildren(Chip)) + 2 - (len(buttons) - 2 - int(line.plus.isVisible()))
        assert line.plus.isVisible() == bool(behind)
        if behind:
            assert buttons[-1] is line.plus
            assert line.plus.text().startswith(f"+{behind}")
            assert line.plus.accessibleName() == (f"{behind} more settings" if behind > 1 else "1 more setting")
            assert "More" in line.plus.accessibleDescription()


@pytest.mark.parametrize("width", [420, 900])
async def test_project_button_is_visible_and_uncut_at_any_width(tmp_path, theme, qtbot, width):
    async with shown(tmp_path, theme) as rig:
        rig.composer.set_project("Harbour Films")
        rig.pane.resize(width, 400)
        await rest()
        buttons = [*on_the_line(rig), *(one for one in rig.pane.findChildren(QPushButton) if one.parent() is rig.pane)]
        [project] = [one for one in buttons if one.accessibleName() == "Project"]
        assert project.isVisible()
        assert project.text().startswith("Harbour Films")
        assert not [one.text() for one in buttons if one.isVisible() and one.width() < one.sizeHint().width()]


async def test_setting_in_the_overflow_menu_is_reached_and_changed_by_keyboard(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        rig.pane.resize(430, 400)
        await rest()
        [line] = rig.pane.findChildren(FoldingLine)
        line.plus.setFocus()
        QTest.keyClick(line.plus, Qt.Key.Key_Space)
        [seed] = [one for one in rig.pane.findChildren(Chip) if one.accessibleName() == "Seed"]
        await until(seed.isVisible)
        QTest.keyClick(seed, Qt.Key.Key_Space)
        typed = seed.findChild(FieldPopup).findChild(QLineEdit)
        QTest.keyClicks(typed, "41207")
        QTest.keyClick(typed, Qt.Key.Key_Return)
        await rest()
        assert rig.composer.value("seed") == 41207
        assert "Seed: 41207" in line.plus.accessibleDescription()
        QTest.keyClick(seed, Qt.Key.Key_Escape)
        await until(lambda: not seed.isVisible())


async def test_buttons_keep_their_position_while_their_values_change(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        rig.pane.resize(900, 400)
        await rest()
        before = [(one.accessibleName(), one.geometry()) for one in on_the_line(rig)]
        field = rig.composer.pair.field("duration")
        for value in field.choices or (2, 10):
            rig.composer.set_value("duration", value)
            await rest()
            assert [(one.accessibleName(), one.geometry()) for one in on_the_line(rig)] == before
        rig.composer.set_value("seed", 4294967295)
        await rest()
        assert [(one.accessibleName(), one.geometry()) for one in on_the_line(rig)] == before


async def test_wrong_value_in_the_overflow_menu_marks_the_menu_button(tmp_path, theme, qtbot):
    async with shown(tmp_path, theme) as rig:
        rig.pane.resize(430, 400)
        await rest()
        [line] = rig.pane.findChildren(FoldingLine)
        assert not line.plus.property("wrong")
        rig.composer.set_value("ratio", "7:7")
        await until(lambda: line.plus.property("wrong"))


def test_line_of_settings_is_as_high_as_its_tallest_button(theme, qtbot):
    pane = QWidget()
    qtbot.addWidget(pane)
    line = FoldingLine(Text("{n} more setting", "{n} more settings"), pane)
    low, high = QPushButton("5 s"), QPushButton("5 s")
    high.setStyleSheet("font-size: 40px")
    line.hold([low, high], [])
    assert line.sizeHint().height() == high.sizeHint().height() > low.sizeHint().height()
    assert low.height() == high.height() == line.sizeHint().height()
