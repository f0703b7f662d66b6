"""Texts and their catalogs: what `dev.py texts` and the check of the texts do. Runs in the environment, for Babel.

    catalogs.py check      mistakes in the program's texts and in the catalogs
    catalogs.py update     writes the template and merges it into every catalog
    catalogs.py compile    makes the files that the program reads

A text is found by its call: `_("…")`, `pgettext`, `ngettext`, `npgettext`, and for later `Text("…")` and `setting`.
Babel's own extractor knows neither keyword arguments nor mistakes, so the calls are read from the syntax tree.
"""

from __future__ import annotations

import ast
import io
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "runway_desktop"
LOCALE = ROOT / "resources" / "locale"
TEMPLATE = LOCALE / "runway_desktop.pot"
NOTE = "Translators:"

ARGUMENTS = {"_": ("one",), "pgettext": ("context", "one"), "ngettext": ("one", "many"),
             "npgettext": ("context", "one", "many"), "Text": ("one", "many", "context"),
             "setting": ("one", "help")}  # fmt: skip
"""The positional arguments of each call."""
NOW = frozenset(ARGUMENTS) - {"Text", "setting"}
KEYWORDS = {"source": "one", "many": "many", "context": "context"}
"""Those of `Text` that may be given by name."""
NAME = re.compile(r"\{(\w+)\}")
BRACE = re.compile(r"\{(?!\w+\})|(?<!\w)\}")
GENERIC = "runway_desktop/texts.py:"
"""Makes texts of what it is given."""


@dataclass(frozen=True)
class Found:
    """A text of the program."""

    one: str
    many: str
    context: str
    file: str
    line: int
    note: str = ""


class Reader(ast.NodeVisitor):
    """Collects the texts of a module, and the mistakes in them."""

    def __init__(self, path: Path) -> None:
        source = path.read_text("utf-8")
        self.found: list[Found] = []
        self.mistakes: list[str] = []
        self._file = path.relative_to(ROOT).as_posix()
        self._lines = source.splitlines()
        self._functions: list[set[str]] = []
        self.visit(ast.parse(source))

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for early in (*node.decorator_list, node.args):
            self.visit(early)
        self._functions.append(set())
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            self._note_use(argument.arg, "assigned")
        for statement in node.body:
            self.visit(statement)
        if len(self._functions.pop()) == 2:
            self.mistakes.append(f"{self._file}:{node.lineno}: “_” is a variable and the translation in one function.")

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.visit(node.args)
        self._functions.append(set())
        self.visit(node.body)
        self._functions.pop()

    def visit_Name(self, node: ast.Name) -> None:
        self._note_use(node.id, "assigned" if isinstance(node.ctx, ast.Store) else "called")

    def _note_use(self, name: str, how: str) -> None:
        if name == "_" and self._functions:
            self._functions[-1].add(how)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        if (name := _name_of(node)) not in ARGUMENTS:
            return
        where = f"{self._file}:{node.lineno}"
        if name in NOW and not self._functions:
            self.mistakes.append(f"{where}: {name}() outside a function would speak too early. Use Text.")
        parts = _parts(node)
        if parts is None:
            self.mistakes.append(f"{where}: a text must be one literal: {ast.unparse(node)[:80]}")
            return
        note = _note_above(self._lines, node.lineno)
        if "help" in parts:
            # The label's context is what tells settings from other words.
            parts["context"] = name
            self.found.append(Found(parts["help"], "", "", self._file, node.lineno))
        text = Found(
            parts.get("one", ""), parts.get("many", ""), parts.get("context", ""), self._file, node.lineno, note
        )
        self.mistakes += [f"{where}: {mistake}" for mistake in _wrong_in(text, node)]
        # Values side by side are no text, except where a context says what they are, such as a list.
        if text.context or re.search(r"[^\W\d_]", NAME.sub("", text.one + text.many)):
            self.found.append(text)


def _name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _parts(call: ast.Call) -> dict[str, str] | None:
    order = ARGUMENTS[_name_of(call)]
    given: dict[str, ast.expr] = dict(zip(order, call.args, strict=False))
    if _name_of(call) == "Text":
        given |= {KEYWORDS[word.arg]: word.value for word in call.keywords if word.arg in KEYWORDS}
    parts = {}
    for name, node in given.items():
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            return None
        parts[name] = node.value
    return parts


def _wrong_in(text: Found, call: ast.Call) -> Iterator[str]:
    names = set(NAME.findall(text.one + text.many))
    if _name_of(call) == "Text":
        return
    values = {word.arg for word in call.keywords}
    if text.many:
        values.add("n")
    if None in values:
        return
    if missing := names - values:
        yield f"no value for {', '.join(sorted(missing))}: {text.one}"
    if unused := values - names - {"n"}:
        yield f"no place for {', '.join(sorted(str(name) for name in unused))}: {text.one}"
    if values and BRACE.search(text.one + text.many):
        yield f"a brace that is no value's name: {text.one}"


def _note_above(lines: Sequence[str], line: int) -> str:
    notes: list[str] = []
    at = line - 2
    while at >= 0 and lines[at].lstrip().startswith("#"):
        notes.insert(0, lines[at].lstrip().removeprefix("#").strip())
        at -= 1
    said = " ".join(notes)
    return said[said.index(NOTE) + len(NOTE) :].strip() if NOTE in said else ""


def all_texts() -> tuple[list[Found], list[str]]:
    """The texts of the whole program in the order of its files, and the mistakes."""
    read = [Reader(path) for path in sorted(PACKAGE.rglob("*.py"))]
    found = [text for one in read for text in one.found]
    return found, [mistake for one in read for mistake in one.mistakes if not mistake.startswith(GENERIC)]


def two_plurals(texts: Sequence[Found]) -> Iterator[str]:
    """Texts with the same form for one item and another for several: a catalog would keep only one of them."""
    known: dict[tuple[str, str], str] = {}
    for text in texts:
        if text.many and known.setdefault((text.context, text.one), text.many) != text.many:
            yield f"{text.file}:{text.line}: this text has another plural elsewhere; give it a context: {text.one}"


def template(texts: Sequence[Found]) -> Catalog:
    catalog = Catalog(
        project="Runway Desktop", copyright_holder="Runway Desktop contributors", charset="utf-8", fuzzy=False
    )
    for text in texts:
        catalog.add(
            (text.one, text.many) if text.many else text.one,
            locations=[(text.file, text.line)],
            auto_comments=[text.note] if text.note else (),
            context=text.context or None,
            flags={"python-brace-format"} if NAME.search(text.one + text.many) else (),
        )
    return catalog


def catalogs() -> Mapping[str, Path]:
    """The catalogs by their language's code."""
    return {path.parent.parent.name: path for path in sorted(LOCALE.glob("*/LC_MESSAGES/runway_desktop.po"))}


def wrong_in_catalog(catalog: Catalog) -> Iterator[str]:
    """Translations that could not be shown: other values, a form of the plural missing, another language's rule."""
    if catalog.num_plurals != (wanted := get_plural(catalog.locale_identifier).num_plurals):
        yield f"Plural-Forms must have nplurals={wanted}, not {catalog.num_plurals}."
    for message in catalog:
        if not message.id or not any(forms := _forms(message)):
            continue
        source = _sources(message)
        allowed = set(NAME.findall("".join(source)))
        for form in forms:
            names = set(NAME.findall(form))
            # Some sentences name a value for one item only, or for several only.
            needed = set.intersection(*(set(NAME.findall(said)) for said in source))
            needed -= {"n"} if len(source) > 1 else set()
            if not form and not message.fuzzy:
                yield f"a form is empty: {source[0]}"
            elif form and (names - allowed or needed - names):
                yield f"other values: {source[0]} → {form}"
            elif form and allowed and BRACE.search(form):
                yield f"a brace that is no value's name: {source[0]} → {form}"


def _forms(message: Message) -> tuple[str, ...]:
    said: object = message.string
    return tuple(map(str, said)) if isinstance(said, list | tuple) else (str(said or ""),)


def _sources(message: Message) -> tuple[str, ...]:
    said: object = message.id
    return tuple(map(str, said)) if isinstance(said, list | tuple) else (str(said),)


def check() -> int:
    """Prints what is wrong; returns how much."""
    texts, mistakes = all_texts()
    mistakes += two_plurals(texts)
    wanted = template(texts)
    for code, path in catalogs().items():
        catalog = _read(path, code)
        mistakes += [f"{code}: {mistake}" for mistake in wrong_in_catalog(catalog)]
        missing = sum(1 for message in wanted if message.id and not _is_translated(catalog, message))
        if missing:
            said = f"{code}: {missing} of {len(wanted)} texts are not translated."
            # For a release all must be: until then English stands in.
            mistakes += [said] if os.environ.get("WHOLE") else []
            print(said)
    for mistake in mistakes:
        print(mistake)
    if mistakes:
        print("After a change of texts: `dev.py texts`, then the catalogs' new entries.")
    return len(mistakes)


def _is_translated(catalog: Catalog, wanted: Message) -> bool:
    there = catalog.get(wanted.id, wanted.context)
    return there is not None and not there.fuzzy and all(_forms(there))


def update() -> int:
    """Writes the template and merges it into the catalogs; prints how much each lacks."""
    wanted = template(all_texts()[0])
    LOCALE.mkdir(parents=True, exist_ok=True)
    _write(TEMPLATE, wanted)
    print(f"{len(wanted)} texts.")
    for code, path in catalogs().items():
        catalog = _read(path, code)
        catalog.update(wanted)
        catalog.obsolete.clear()
        _write(path, catalog)
        missing = sum(not _is_translated(catalog, message) for message in catalog if message.id)
        print(f"{code}: {missing} to translate.")
    return 0


def compile_all() -> int:
    for code, path in catalogs().items():
        made = io.BytesIO()
        write_mo(made, _read(path, code))
        made_path = path.with_suffix(".mo")
        part = made_path.with_suffix(".part")
        part.write_bytes(made.getvalue())
        part.replace(made_path)
    return 0


def _read(path: Path, code: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=code, domain="runway_desktop")


def _write(path: Path, catalog: Catalog) -> None:
    made = io.BytesIO()
    # No lines and no dates: both change with every commit and say nothing to a translator.
    write_po(made, catalog, width=100, include_lineno=False, sort_output=False)
    lines = made.getvalue().decode().splitlines()
    kept = [line for line in lines if not re.match(r'"(POT-Creation-Date|PO-Revision-Date|Generated-By)', line)]
    path.write_text("\n".join(kept).rstrip() + "\n", "utf-8")


if __name__ == "__main__":
    verb = {"check": check, "update": update, "compile": compile_all}[sys.argv[1]]
    raise SystemExit(min(1, verb()))
