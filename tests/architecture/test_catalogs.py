"""Translation catalogs: extraction of texts with notes, reported mistakes, and loading time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

import pytest

from runway_desktop.texts import NumberForm, chosen_language

pytest.importorskip("babel", reason="only the development environment has it")
import catalogs
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

BUDGET = 0.010
"""Seconds in which a catalog of `ENTRIES` texts is read."""
ENTRIES = 4_000
LEEWAY = 5
"""A busy machine is slower."""

Program = Callable[[str], None]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Makes a program of one module."""
    monkeypatch.setattr(catalogs, "ROOT", tmp_path)
    monkeypatch.setattr(catalogs, "PACKAGE", tmp_path / "runway_desktop")
    monkeypatch.setattr(catalogs, "LOCALE", tmp_path / "locale")
    monkeypatch.setattr(catalogs, "TEMPLATE", tmp_path / "locale" / "runway_desktop.pot")
    (tmp_path / "runway_desktop").mkdir()

    def write(source: str) -> None:
        (tmp_path / "runway_desktop" / "module.py").write_text(source, "utf-8")

    return write


def translated(code: str, content: str) -> Path:
    """The catalog of a language."""
    path = catalogs.LOCALE / code / "LC_MESSAGES" / "runway_desktop.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")
    return path


def a_catalog(content: str, code: str = "de") -> Catalog:
    return read_po(BytesIO(content.encode()), locale=code)


def said_by(run: Callable[[], int], capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    code = run()
    return code, capsys.readouterr().out.splitlines()


SOURCE = """
from runway_desktop.texts import Text, _, ngettext, npgettext, pgettext

LATER = Text("Rate {stars}", "Rate {stars} of {n} tasks", context="command")
NAMED = Text(source="Open", context="verb")


def speak(n):
    _("Find file…")
    # Translators: the decision on a take.
    pgettext("verb", "Pick")
    ngettext("1 task", "{n} tasks", n)
    npgettext("noun", "{n} pick", "{n} picks", n)
"""


def test_translation_calls_of_all_five_kinds_are_found_in_source_order(program: Program):
    program(SOURCE)
    found, mistakes = catalogs.all_texts()
    assert not mistakes
    assert [(text.one, text.many, text.context, text.note) for text in found] == [
        ("Rate {stars}", "Rate {stars} of {n} tasks", "command", ""),
        ("Open", "", "verb", ""),
        ("Find file…", "", "", ""),
        ("Pick", "", "verb", "the decision on a take."),
        ("1 task", "{n} tasks", "", ""),
        ("{n} pick", "{n} picks", "noun", ""),
    ]


def test_sentence_that_only_joins_values_needs_a_translation_context(program: Program):
    program('def f(a, b):\n    _("{a} {b}", a=a, b=b)\n    pgettext("list", "{a}, {b}", a=a, b=b)\n')
    assert [text.one for text in catalogs.all_texts()[0]] == ["{a}, {b}"]


@pytest.mark.parametrize(
    ("source", "mistake"),
    [
        ('_("Too early")', "outside a function"),
        ('class A:\n    title = _("Too early")', "outside a function"),
        ('def f(title=_("Too early")):\n    pass', "outside a function"),
        ('@named(_("Too early"))\ndef f():\n    pass', "outside a function"),
        ('def f(x):\n    return _(f"Keep {x}")', "must be one literal"),
        ('def f(x):\n    return _("Keep " + x)', "must be one literal"),
        ('LATER = Text("Keep" if 1 else "Drop")', "must be one literal"),
        ('def f():\n    return _("Keep {file}")', "no value for file"),
        ('def f(n):\n    return ngettext("{file}", "{n} files", n)', "no value for file"),
        ('def f(x):\n    return _("Keep", file=x)', "no place for file"),
        ('def f(x):\n    return _("Keep {file} {", file=x)', "a brace"),
        ('def f(x):\n    return _("Keep {file.name}", file=x)', "a brace"),
        ('def f(x):\n    _, y = x\n    return _("Keep")', "is a variable and the translation"),
        ('def f(_):\n    return _("Keep")', "is a variable and the translation"),
    ],
)
def test_mistake_in_a_translatable_text_is_reported_with_its_line(program: Program, capsys, source: str, mistake: str):
    program(source)
    code, said = said_by(catalogs.check, capsys)
    assert code >= 1
    assert any(mistake in line and line.startswith("runway_desktop/module.py:") for line in said), said


@pytest.mark.parametrize(
    "source",
    [
        'def f(x):\n    return _("Keep {file}", file=x)',
        'def f(x):\n    return _("Keep {file}", **x)',
        'def f():\n    return _("{date} is written so")\n'.replace("_(", "Text("),
        'NAMES = {1: lambda: _("Later")}',
        "def f(pairs):\n    return [a for _, a in pairs]",
    ],
)
def test_valid_translation_calls_report_no_mistake(program: Program, capsys, source: str):
    program(source)
    assert said_by(catalogs.check, capsys) == (0, [])


def test_text_with_two_different_plurals_needs_a_context(program: Program, capsys):
    program('def f(n):\n    ngettext("Send it", "Send them", n)\n    ngettext("Send it", "Send each", n)\n')
    code, said = said_by(catalogs.check, capsys)
    assert code == 1
    assert "another plural elsewhere" in said[0]
    program('def f(n):\n    ngettext("Send it", "Send them", n)\n    npgettext("each", "Send it", "Send each", n)\n')
    assert said_by(catalogs.check, capsys) == (0, [])


PLURALS = 'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'


@pytest.mark.parametrize(
    ("entry", "mistake"),
    [
        ('msgid "Keep {file}"\nmsgstr "{datei} behalten"', "other values"),
        ('msgid "Keep {file}"\nmsgstr "Behalten"', "other values"),
        ('msgid "Keep {file}"\nmsgstr "{file} behalten {"', "a brace"),
        ('msgid "{n} task"\nmsgid_plural "{n} tasks"\nmsgstr[0] "{n} Aufgabe"\nmsgstr[1] ""', "a form is empty"),
        ('msgid "{a} task"\nmsgid_plural "{n} {a}"\nmsgstr[0] "eine"\nmsgstr[1] "{n} {a}"', "other values"),
        ('msgid "{n} task"\nmsgid_plural "{n} tasks"\nmsgstr[0] "{n} Aufgabe"', "a form is empty"),
    ],
)
def test_translation_that_cannot_be_displayed_is_named(entry: str, mistake: str):
    [said] = catalogs.wrong_in_catalog(a_catalog(PLURALS + entry))
    assert mistake in said


def test_plural_rule_of_the_wrong_language_is_named():
    [said] = catalogs.wrong_in_catalog(a_catalog(PLURALS, "ja"))
    assert said == "Plural-Forms must have nplurals=1, not 2."


def test_plural_form_may_omit_its_number_and_a_translation_may_be_missing():
    content = PLURALS + 'msgid "{n} task"\nmsgid_plural "{n} tasks"\nmsgstr[0] "Eine Aufgabe"\nmsgstr[1] "{n} Aufgaben"'
    assert not list(catalogs.wrong_in_catalog(a_catalog(content + '\n\nmsgid "Keep {file}"\nmsgstr ""')))


def test_value_in_one_english_plural_form_is_optional_in_translations(program: Program):
    content = PLURALS + 'msgid "{file} is gone."\nmsgid_plural "{n} files are gone."\n'
    translated = 'msgstr[0] "{file} ist weg."\nmsgstr[1] "{n} Dateien sind weg."'
    assert not list(catalogs.wrong_in_catalog(a_catalog(content + translated)))


def test_catalog_template_holds_note_context_and_file_without_line_number(program: Program):
    program(SOURCE)
    catalogs.update()
    written = catalogs.TEMPLATE.read_text("utf-8")
    assert '#. the decision on a take.\n#: runway_desktop/module.py\nmsgctxt "verb"\nmsgid "Pick"' in written
    assert "Date" not in written
    catalogs.update()
    assert catalogs.TEMPLATE.read_text("utf-8") == written


def test_catalog_update_keeps_translations_and_drops_removed_texts(program: Program, capsys):
    program('def f():\n    _("Keep")\n    _("New")\n')
    path = translated("de", 'msgid ""\nmsgstr ""\n\nmsgid "Keep"\nmsgstr "Behalten"\n\nmsgid "Old"\nmsgstr "Alt"\n')
    code, said = said_by(catalogs.update, capsys)
    assert (code, said[-1]) == (0, "de: 1 to translate.")
    content = path.read_text("utf-8")
    assert 'msgid "Keep"\nmsgstr "Behalten"' in content
    assert 'msgid "New"\nmsgstr ""' in content
    assert "Alt" not in content


def compiled(entries: Sequence[str], code: str = "de") -> None:
    translated(code, PLURALS + "\n\n".join(entries))
    assert catalogs.compile_all() == 0


def test_compiled_catalog_has_plurals_contexts_and_english_fallback(program: Program):
    compiled(
        [
            'msgid "{n} task"\nmsgid_plural "{n} tasks"\nmsgstr[0] "{n} Aufgabe"\nmsgstr[1] "{n} Aufgaben"',
            'msgctxt "verb"\nmsgid "Pick"\nmsgstr "Auswählen"',
            'msgctxt "noun"\nmsgid "Pick"\nmsgstr "Auswahl"',
            'msgid "Half"\nmsgstr ""',
            'msgid "{n} half"\nmsgid_plural "{n} halves"\nmsgstr[0] ""\nmsgstr[1] ""',
            '#, fuzzy\nmsgid "Unsure"\nmsgstr "Unsicher"',
        ]
    )
    said = chosen_language(catalogs.LOCALE, ["de"], NumberForm(), lambda code, error: pytest.fail(str(error))).catalog
    assert [said.ngettext("{n} task", "{n} tasks", n) for n in (1, 2)] == ["{n} Aufgabe", "{n} Aufgaben"]
    assert [said.pgettext(context, "Pick") for context in ("verb", "noun")] == ["Auswählen", "Auswahl"]
    assert [said.gettext(text) for text in ("Half", "Unsure", "Newer")] == ["Half", "Unsure", "Newer"]
    assert [said.ngettext("{n} half", "{n} halves", n) for n in (1, 2)] == ["{n} half", "{n} halves"]


def test_language_without_plurals_uses_one_form_for_every_number(program: Program):
    one = 'msgid ""\nmsgstr "Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    translated("ja", one + 'msgid "{n} task"\nmsgid_plural "{n} tasks"\nmsgstr[0] "{n} 件のタスク"')
    catalogs.compile_all()
    said = chosen_language(catalogs.LOCALE, ["ja"], NumberForm(), lambda code, error: pytest.fail(str(error))).catalog
    assert {said.ngettext("{n} task", "{n} tasks", n) for n in (0, 1, 2, 5)} == {"{n} 件のタスク"}


def test_large_catalog_loads_in_milliseconds(program: Program):
    compiled(
        [
            f'msgctxt "{n % 40}"\nmsgid "Keep file {n} of “{{name}}”"\nmsgstr "Datei {n} von „{{name}}“ behalten"'
            for n in range(ENTRIES)
        ]
    )
    taken = []
    for _turn in range(5):
        begun = time.perf_counter()
        language = chosen_language(catalogs.LOCALE, ["de"], NumberForm(), lambda code, error: pytest.fail(str(error)))
        taken.append(time.perf_counter() - begun)
    assert language.code == "de"
    assert min(taken) < BUDGET * LEEWAY, f"{min(taken) * 1000:.1f} ms"
