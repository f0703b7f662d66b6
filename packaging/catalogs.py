"""Texts and their catalogs: what `dev.py texts` and the check of the texts do. Runs in the environment, for Babel.

    catalogs.py check      mistakes in the program's texts and in the catalogs
    catalogs.py update     writes the template and merges it into every catalog
    catalogs.py compile    makes the files that the program reads

A text is found by its call: `_("…")`, `pgettext`, `ngettext`, `npgettext`, and `Text("…")` for later. Babel's own
extractor knows neither keyword arguments nor mistakes, so the calls are read from the syntax tree.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "runway_desktop"
LOCALE = ROOT / "resources" / "locale"
TEMPLATE = LOCALE / "runway_desktop.pot"
NOTE = "Translators:"

ARGUMENTS = {"_": ("one",), "pgettext": ("context", "one"), "ngettext": ("one", "many"),
             "npgettext": ("context", "one", "many"), "Text": ("one", "many", "context")}  # fmt: skip
"""The positional arguments of each call."""
NOW = frozenset(ARGUMENTS) - {"Text"}
KEYWORDS = {"source": "one", "many": "many", "context": "context"}
"""Those of `Text` that may be given by name."""
NAME = re.compile(r"\{(\w+)\}")
BRACE = re.compile(r"\{(?!\w+\})|(?<!\w)\}")
PLAIN = "texts.py"
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


def texts_of(path: Path) -> tuple[list[Found], list[str]]:
    """The texts of a module, and the mistakes in them."""
    source = path.read_text("utf-8")
    lines = source.splitlines()
    tree = ast.parse(source)
    file = path.relative_to(ROOT).as_posix()
    found: list[Found] = []
    mistakes: list[str] = []
    lazy = set(_inside_functions(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _shadows(node):
            mistakes.append(f"{file}:{node.lineno}: “_” is a variable and the translation in one function.")
        if not isinstance(node, ast.Call) or (name := _name_of(node)) not in ARGUMENTS:
            continue
        where = f"{file}:{node.lineno}"
        if name in NOW and id(node) not in lazy:
            mistakes.append(f"{where}: {name}() outside a function would speak too early. Use Text.")
        parts = _parts(node)
        if parts is None:
            mistakes.append(f"{where}: a text must be one literal: {ast.unparse(node)[:80]}")
            continue
        text = Found(parts.get("one", ""), parts.get("many", ""), parts.get("context", ""), file, node.lineno)
        mistakes += [f"{where}: {mistake}" for mistake in _wrong_in(text, node)]
        if re.search(r"[^\W\d_]", NAME.sub("", text.one + text.many)):
            found.append(Found(**{**vars(text), "note": _note_above(lines, node.lineno)}))
    return found, mistakes


def _inside_functions(tree: ast.AST) -> Iterator[int]:
    """Calls that run later than the import of their module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for statement in node.body:
                yield from (id(inner) for inner in ast.walk(statement))
        elif isinstance(node, ast.Lambda):
            yield from (id(inner) for inner in ast.walk(node.body))


def _shadows(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id == "_"]
    calls = {id(n.func) for n in ast.walk(function) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    arguments = [a.arg for node in ast.walk(function) if isinstance(node, ast.arguments) for a in node.args]
    return any(id(name) in calls for name in names) and (
        "_" in arguments or any(isinstance(name.ctx, ast.Store) for name in names)
    )


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
    found: list[Found] = []
    mistakes: list[str] = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.name == PLAIN and path.parent == PACKAGE:
            path_texts, _ = texts_of(path)
            found += [text for text in path_texts if text.one]
            continue
        path_texts, path_mistakes = texts_of(path)
        found += path_texts
        mistakes += path_mistakes
    return found, mistakes


def template() -> Catalog:
    catalog = Catalog(
        project="Runway Desktop", copyright_holder="Runway Desktop contributors", charset="utf-8", fuzzy=False
    )
    for text in all_texts()[0]:
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
    """Translations that could not be shown: other values, a form of the plural too few or too many."""
    for message in catalog:
        if not message.id or not any(forms := _forms(message)):
            continue
        source = _sources(message)
        allowed = set(NAME.findall("".join(source)))
        if len(source) > 1 and len(forms) != catalog.num_plurals:
            yield f"{len(forms)} forms instead of {catalog.num_plurals}: {source[0]}"
        for form in forms:
            names = set(NAME.findall(form))
            needed = allowed - {"n"} if len(source) > 1 else allowed
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
    mistakes = all_texts()[1]
    wanted = template()
    for code, path in catalogs().items():
        catalog = _read(path, code)
        mistakes += [f"{code}: {mistake}" for mistake in wrong_in_catalog(catalog)]
        missing = [message for message in wanted if message.id and not _is_translated(catalog, message)]
        mistakes += [f"{code}: not translated: {_sources(message)[0]}" for message in missing]
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
    wanted = template()
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
