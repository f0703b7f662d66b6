"""The program starts in each language, with catalogs of another version, and shows no placeholder."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

ROOT = Path(__file__).parents[2]
CHILD = """
import json
import sys
from pathlib import Path

from runway_desktop.app import language
from runway_desktop.tour import run as tour
from runway_desktop.tour.hands import Walk
from runway_desktop.wiring.build import Address
from tests.gui.visible_texts import texts_of

folder = Path(sys.argv[1])
language.resource = lambda *parts: folder / "locale"


class Look(Walk):
    async def walk(self):
        self.say("the only step")
        print(json.dumps([seen.text for seen in texts_of(self.window)]))


# Nobody answers at this address, and nothing is sent.
sys.exit(tour._run(folder / "profile", Address(base_url="http://127.0.0.1:9"), Look, folder / "pictures", 1))
"""


def half_translated() -> bytes:
    """Some texts, two with a value that the program does not give, and one that it does not have."""
    catalog = Catalog(locale="de")
    catalog.add("New request", "Neue Anfrage")
    catalog.add("Search {n} tasks: prompt, model, tag, note", "{anzahl} durchsuchen")
    catalog.add("Preview", "Vorschau von {file}")
    catalog.add("A text of tomorrow with {value}", "Ein Text von morgen mit {value}")
    content = io.BytesIO()
    write_mo(content, catalog)
    return content.getvalue()


@pytest.mark.parametrize(
    ("system", "said"),
    [("C", "New request"), ("xx_XX.UTF-8", "New request"), ("de_DE.UTF-8", "Neue Anfrage")],
    ids=["C", "not installed", "half translated"],
)
def test_program_starts_in_each_language_without_placeholders(tmp_path: Path, system: str, said: str):
    made = tmp_path / "locale" / "de" / "LC_MESSAGES" / "runway_desktop.mo"
    made.parent.mkdir(parents=True)
    made.write_bytes(half_translated())
    surroundings = os.environ | {"LC_ALL": system, "LANG": system, "LANGUAGE": ""}
    words = [sys.executable, "-c", CHILD, str(tmp_path)]
    done = subprocess.run(
        words, cwd=ROOT, env=surroundings, capture_output=True, text=True, encoding="utf-8", check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout.splitlines()[-1])
    assert said in shown
    assert [text for text in shown if "{" in text] == []
