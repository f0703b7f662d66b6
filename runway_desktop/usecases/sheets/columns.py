"""The columns of a sheet, with titles and order. Pure; built once from the catalog.

The key of a column is the wire name of a field, or one of the names below, which begin with "@" as no wire name does.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto

from runway_desktop.catalog import Catalog, Field, FieldKind, Pair
from runway_desktop.catalog.labels import MAIN_FIELDS
from runway_desktop.texts import Text
from runway_desktop.values import Struct

PROMPT = "@prompt"
ENDPOINT = "@endpoint"
MODEL = "@model"
PROJECT = "@project"
SHOT = "@shot"
RESULT = "@result"
CREDITS = "@credits"
STATE = "@state"

SEED = "seed"


class ColumnKind(Enum):
    PROMPT = auto()
    ASSETS = auto()
    CHOICE = auto()
    """Endpoint and model: names from the catalog."""
    FIELD = auto()
    NOTE = auto()
    """Project and shot: free text."""
    RESULT = auto()
    CREDITS = auto()
    STATE = auto()


class SheetColumn(Struct, frozen=True):
    key: str
    name: Text | str
    kind: ColumnKind
    about: Text | str = ""

    @property
    def title(self) -> str:
        return str(self.name)

    @property
    def help(self) -> str:
        return str(self.about)

    @property
    def is_cell(self) -> bool:
        """Whether the user can write in it."""
        return self.kind not in (ColumnKind.RESULT, ColumnKind.CREDITS, ColumnKind.STATE)


_FIXED = {
    column.key: column
    for column in (
        SheetColumn(
            PROMPT, Text("Prompt"), ColumnKind.PROMPT, Text("{braces} makes a task of each.").with_(braces="{fog|sun}")
        ),
        SheetColumn(ENDPOINT, Text("Type"), ColumnKind.CHOICE, Text("If blank, it follows from model and inputs.")),
        SheetColumn(MODEL, Text("Model"), ColumnKind.CHOICE),
        SheetColumn(PROJECT, Text("Project"), ColumnKind.NOTE),
        SheetColumn(SHOT, Text("Shot"), ColumnKind.NOTE),
        SheetColumn(RESULT, Text("Result"), ColumnKind.RESULT),
        SheetColumn(CREDITS, Text("Credits"), ColumnKind.CREDITS),
        SheetColumn(STATE, Text("Status"), ColumnKind.STATE),
    )
}
_ALWAYS = (PROMPT, MODEL, PROJECT, CREDITS, STATE)
_USUAL = frozenset({"ratio", "duration", SEED})
_FIRST_FRAME = "promptImage"


class Columns:
    """All columns that the pairs of the catalog need."""

    def __init__(self, catalog: Catalog) -> None:
        fields: dict[str, Field] = {}
        self._any: dict[str, Field] = {}
        self._usual: dict[tuple[str, str], frozenset[str]] = {}
        self._begun_by_picture = {pair.model for pair in catalog.pairs() if _FIRST_FRAME in pair.names}
        for pair in catalog.pairs():
            for field in pair.fields:
                self._any.setdefault(field.name, field)
                if field.kind is not FieldKind.PROMPT:
                    fields.setdefault(field.name, field)
        self.prompt_names = frozenset(
            field.name for pair in catalog.pairs() for field in pair.fields if field.kind is FieldKind.PROMPT
        )
        assets = [name for name, field in fields.items() if field.is_asset]
        settings = [name for name in MAIN_FIELDS if name in fields and name != SEED and not fields[name].is_asset]
        others = [name for name in fields if name not in MAIN_FIELDS and not fields[name].is_asset]
        order = [
            PROMPT, *assets, ENDPOINT, MODEL, *settings, *others, SEED, PROJECT, SHOT, RESULT, CREDITS, STATE,
        ]  # fmt: skip
        self._all = {key: _FIXED.get(key) or _of_field(fields[key]) for key in order if key in _FIXED or key in fields}
        self._position = {key: position for position, key in enumerate(self._all)}

    def column(self, key: str) -> SheetColumn:
        """The column of a key; for an unknown name, a generated one."""
        return self._all.get(key) or SheetColumn(key, key, ColumnKind.FIELD)

    def knows(self, key: str) -> bool:
        return key in self._all

    def any_field(self, key: str) -> Field | None:
        """The first field of the catalog with this wire name, for rows whose model has none."""
        return self._any.get(key)

    def ordered(self, keys: Iterable[str]) -> tuple[SheetColumn, ...]:
        # Columns of unknown names come after the settings.
        strange = self._position[PROJECT] - 0.5
        keys = sorted({*_ALWAYS, *keys}, key=lambda key: (self._position.get(key, strange), key))
        return tuple(map(self.column, keys))

    def of_pair(self, pair: Pair) -> frozenset[str]:
        """Every column that a row of this pair can use."""
        return frozenset(field.name for field in pair.fields if field.kind is not FieldKind.PROMPT)

    def usual(self, pair: Pair) -> frozenset[str]:
        """The columns shown by default: common settings, required fields, and the first frame if the model can take one
        at any endpoint."""
        key = (pair.endpoint, pair.model)
        if key not in self._usual:
            self._usual[key] = frozenset(
                field.name
                for field in pair.fields
                if field.name in _USUAL
                or (field.main and field.required and field.kind not in (FieldKind.OBJECT, FieldKind.OBJECTS))
                or (field.is_asset and field.required)
            ) | ({_FIRST_FRAME} if pair.model in self._begun_by_picture else set())
        return self._usual[key]


def _of_field(field: Field) -> SheetColumn:
    kind = ColumnKind.ASSETS if field.is_asset else ColumnKind.FIELD
    title = (
        Text("First frame") if field.name == _FIRST_FRAME else Text("Ratio") if field.name == "ratio" else field.label
    )
    return SheetColumn(field.name, title, kind, field.help)
