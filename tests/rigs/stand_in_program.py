"""A stand-in for the packaged program, as far as a proof asks it: tour, list of the demo, completions, an agent's
hello."""

from __future__ import annotations

import sys
from pathlib import Path

_ANSWERS = """#!{python}
import pathlib, sys
words = sys.argv[1:]
if "--tour" in words:
    folder = pathlib.Path(words[-1])
    folder.mkdir()
    (folder / "01.png").touch()
elif words[:1] == ["list"]:
    print('{{"tasks": [1]}}')
elif words[:1] == ["completion"]:
    print("complete -o default")
elif words[:1] == ["mcp"]:
    sys.stdin.readline()
    print('{{"result": {{"serverInfo": 1}}}}', flush=True)
else:
    sys.exit(f"not asked by any proof: {{words}}")
"""


def put_stand_in(file: Path) -> None:
    """Makes it, with the folders above. POSIX only."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(_ANSWERS.format(python=sys.executable), "utf-8")
    file.chmod(0o700)
