"""What can be done in each room of the program, in sentences: the text of its help. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Room(StrEnum):
    """A room with help of its own; the value is its title."""

    LIST = "The list of tasks"
    QUEUE = "The queue"
    NOT_SAVED = "What is not saved"
    PLACES = "Places"
    COMPOSER = "A new request"
    PREVIEW = "The preview"
    LARGE = "The large view"
    SHEET = "A sheet"
    PREFERENCES = "Preferences"
    WINDOWS = "This window"


ROOM_WORDS: Mapping[Room, tuple[str, ...]] = MappingProxyType(
    {
        Room.LIST: (
            "Every task, live. Select one to see its result at the right, several to do the same with all of them.",
            "Right-click, or the key for actions, shows what can be done with them. Drag a result into another "
            "program, or onto the prompt to use it as an input.",
        ),
        Room.QUEUE: (
            "Tasks that are not sent yet. They are sent by themselves, in this order, as soon as their model has room.",
            "Nothing here is paid for yet: edit it, send it next, or choose “Do not send”.",
        ),
        Room.NOT_SAVED: (
            "Results that are not on this computer, the most urgent first. Runway keeps them for about a day.",
        ),
        Room.PLACES: (
            "Parts of the list: by state, project, saved search, tag and batch. The arrow keys go through them.",
            "Right-click one for what can be done with it.",
        ),
        Room.COMPOSER: (
            "Write a prompt, choose what to make and the model, and drop pictures, clips or sound onto it.",
            "The button says what it costs before anything is sent. {fog|sun} in a prompt makes a task of each.",
        ),
        Room.PREVIEW: (
            "The result of the selected task. Drag it out into another program; double-click it for full screen.",
        ),
        Room.LARGE: (
            "One result at the window's size. The arrows walk through takes and shots; judging goes on to the next.",
        ),
        Room.SHEET: (
            "One task in each row. Each cell is checked as you type, and the whole is priced before anything is sent.",
            "Paste a table from any program. Drag the corner of a cell to fill down.",
        ),
        Room.PREFERENCES: (
            "Everything here applies at once. Each setting is found from the main window too, by its name.",
        ),
        Room.WINDOWS: ("Tab goes through everything that can be used here, and Escape closes it.",),
    }
)
