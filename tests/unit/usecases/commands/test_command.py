"""What menus, keys, palette and help read of a command, without Qt."""

from __future__ import annotations

from typing import Any

from runway_desktop.texts import Text
from runway_desktop.usecases.commands.command import LIST, Command, RoomCommand, Scope


def command(**more: Any) -> Command[int]:
    return Command(id="one", words=Text("Ask…"), section=LIST, **more)


def test_a_label_says_what_the_command_is_called_now():
    assert command().text(3) == "Ask…"
    assert command(label=lambda on: Text("Ask", "Ask {n}").of(on)).text(3) == "Ask 3"


def test_a_sentence_names_a_command_without_its_dots():
    assert command().name == "Ask"


def test_a_command_without_an_icon_has_that_of_its_section():
    assert command().sign == LIST.icon
    assert command(icon="mdi6.refresh").sign == "mdi6.refresh"


def test_keys_of_the_window_meet_those_of_what_is_inside_it_alone():
    of = {scope: command(scopes=frozenset({scope})) for scope in Scope}
    met = {scope for scope in Scope if of[Scope.WINDOW].meets(of[scope])}
    assert met == {Scope.WINDOW, Scope.LIST, Scope.SIDEBAR, Scope.PREVIEW, Scope.LARGE}
    assert not of[Scope.LIST].meets(of[Scope.PREVIEW])


def test_two_commands_are_never_the_same_though_they_say_the_same():
    one, other = command(), command()
    assert one != other
    assert len({one, other, one}) == 2


def test_a_command_of_a_room_acts_on_that_room():
    done: list[str] = []
    add: RoomCommand[list[str]] = RoomCommand(
        id="add", words=Text("Add"), section=LIST, does=lambda room: room.append("one")
    )
    add.does(done)
    assert done == ["one"]
