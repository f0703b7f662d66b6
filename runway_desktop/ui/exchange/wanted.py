"""What can be asked for of import and export, by the ids of its commands in `ui.commands.table`."""

from __future__ import annotations

from enum import StrEnum


class Wanted(StrEnum):
    IDS_FROM_FILE = "exchange.ids.file"
    IDS_FROM_CLIPBOARD = "exchange.ids.paste"
    FOLDER = "exchange.folder"
    EXPORT = "exchange.export"
