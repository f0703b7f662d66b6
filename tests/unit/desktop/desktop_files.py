"""Reading of desktop files as the system reads them."""

from __future__ import annotations

import configparser
import subprocess


def arguments(entry: bytes) -> list[str]:
    """What a desktop starts: a text is unescaped, then its arguments, as a shell does that within double quotes."""
    line = next(line for line in entry.decode().splitlines() if line.startswith("Exec=")).removeprefix("Exec=")
    line = line.replace("\\\\", "\\").replace("%%", "%")
    shell = ["sh", "-c", f"printf '%s\\n' {line}"]
    return subprocess.run(shell, capture_output=True, check=True, text=True).stdout.splitlines()


def values(entry: bytes) -> dict[str, str]:
    """The texts of a desktop entry, as GLib reads them."""
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(entry.decode())
    return {key: value.replace("\\\\", "\\") for key, value in parser["Desktop Entry"].items()}
