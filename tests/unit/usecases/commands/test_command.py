"""Command records as used by menus, shortcuts, palette and help, without Qt."""

from __future__ import annotations

from typing import Any

from runway_desktop.texts import Text
from runway_desktop.usecases.commands.command import LIST, Command, RoomCommand, Scope


def command(**more: Any) -> Command[int]:
    return Command(id="one", words=Text("Ask…"), section=LIST, **more)


def test_command_label_shows_its_current_name():
    assert command().text(3) == "Ask…"
    assert command(label=lambda on: Text("Ask", "Ask {n}").of(on)).text(3) == "Ask 3"


def test_sentence_names_a_command_without_its_ellipsis():
    assert command().name == "Ask"


def test_command_without_an_icon_has_that_of_its_section():
    assert command().sign == LIST.icon
    assert command(icon="mdi6.refresh").sign == "mdi6.refresh"


def test_window_shortcuts_conflict_only_with_those_inside_it():
    of = {scope: command(scopes=frozenset({scope})) for scope in Scope}
    met = {scope for scope in Scope if of[Scope.WINDOW].meets(of[scope])}
    assert met == {Scope.WINDOW, Scope.LIST, Scope.SIDEBAR, Scope.PREVIEW, Scope.VIEWER}
    assert not of[Scope.LIST].meets(of[Scope.PREVIEW])


def test_commands_with_equal_fields_are_different():
    one, other = command(), command()
    assert one != other
    assert len({one, other, one}) == 2


def test_room_command_acts_on_its_room():
    done: list[str] = []
    add: RoomCommand[list[str]] = RoomCommand(
        id="add", words=Text("Add"), section=LIST, does=lambda room: room.append("one")
    )
    add.does(done)
    assert done == ["one"]
