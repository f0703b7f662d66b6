"""A desktop of our own: display, window manager, D-Bus session, accessibility bus and, if wanted, a keychain.

Each part is a process that `Screen` started and ends, by its own id. `variables` lead a program there and nowhere else:
home, run-time and temporary folders are throwaway ones. Blocking.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from steps.installed import SESSION_BUS

from tests.rigs.waiting import until

_LENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "PYTHONPATH", "CI")
"""What a program may know of the session that runs the tests."""

LETTERS = "öäüßé猫"
"""What is typed here beside the letters of an American keyboard. They lie on the keys F13 and following."""

KEYMAP = """\
xkb_keymap {{
  xkb_keycodes {{ include "evdev+aliases(qwerty)" }};
  xkb_types {{ include "complete" }};
  xkb_compat {{ include "complete" }};
  xkb_symbols {{ include "pc+us+inet(evdev)" {keys} }};
}};
"""


class Screen:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._children: list[subprocess.Popen[bytes]] = []
        for name in ("home", "run", "tmp", "data", "config", "cache"):
            (folder / name).mkdir(mode=0o700)
        self.variables: dict[str, str] = {
            **{name: os.environ[name] for name in _LENT if name in os.environ},
            "HOME": str(folder / "home"),
            "TMPDIR": str(folder / "tmp"),
            "XDG_RUNTIME_DIR": str(folder / "run"),
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "PYTHONUNBUFFERED": "1",
        }
        self.variables.setdefault("LANG", "C.UTF-8")

    def start_display(self) -> subprocess.Popen[bytes]:
        """A display with a window manager, 1920 × 1080."""
        read, write = os.pipe()
        server = self.start_part(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1920x1080x24", "-nolisten", "tcp", "-noreset"],
            pass_fds=[write],
        )
        os.close(write)
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        assert number, "Xvfb did not start"
        self.variables |= {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
        self._make_keys()
        self.start_part(["openbox", "--sm-disable"])
        until(self._has_window_manager, "the window manager")
        return server

    def start_bus(self) -> None:
        """A D-Bus session."""
        configuration = self.folder / "bus.conf"
        configuration.write_text(SESSION_BUS.format(address=f"unix:dir={self.folder / 'run'}"))
        read, write = os.pipe()
        self.start_part(
            ["dbus-daemon", f"--config-file={configuration}", "--nofork", f"--print-address={write}"], pass_fds=[write]
        )
        os.close(write)
        with os.fdopen(read) as answer:
            address = answer.readline().strip()
        assert address, "the D-Bus session did not start"
        self.variables["DBUS_SESSION_BUS_ADDRESS"] = address

    def start_accessibility(self, launcher: str) -> None:
        """The bus on which a program speaks to screen readers."""
        self.start_part([launcher, "--launch-immediately"])
        until(lambda: self.owns("org.a11y.Bus"), "the accessibility bus")
        self.variables["QT_LINUX_ACCESSIBILITY_ALWAYS_ON"] = "1"

    def start_keychain(self, password: str | None = "pw") -> subprocess.Popen[bytes]:
        """A real GNOME keyring, unlocked with this password; None: started as it lies, locked if it had one."""
        words = ["gnome-keyring-daemon", "--foreground", "--components=secrets"]
        daemon = self.start_part([*words, "--unlock"] if password is not None else words, stdin=subprocess.PIPE)
        assert daemon.stdin is not None
        daemon.stdin.write((password or "").encode())
        daemon.stdin.close()
        until(lambda: self.owns("org.freedesktop.secrets"), "the keychain")
        return daemon

    def owns(self, name: str) -> bool:
        """Whether somebody answers to this name on the session's bus."""
        asked = subprocess.run(
            [
                "dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/",
                "org.freedesktop.DBus.NameHasOwner", f"string:{name}",
            ],
            env=self.variables, check=False, capture_output=True, text=True,
        )  # fmt: skip
        return "boolean true" in asked.stdout

    def picture(self, path: Path) -> None:
        """What is on the screen now."""
        path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["import", "-window", "root", str(path)], env=self.variables, check=True, timeout=30)

    def end(self, child: subprocess.Popen[bytes]) -> None:
        """Ends one of the parts, and what it started."""
        for word, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, word)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(patience)
                break
        if child in self._children:
            self._children.remove(child)

    def close(self) -> None:
        """The last started ends first."""
        for child in reversed(list(self._children)):
            self.end(child)

    def start_part(
        self, words: list[str], *, pass_fds: list[int] | None = None, stdin: int = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        """Starts one of the parts, which ends with the screen."""
        child = subprocess.Popen(
            words,
            env=self.variables,
            cwd=self.folder,
            stdin=stdin,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=pass_fds or [],
            start_new_session=True,
        )
        self._children.append(child)
        return child

    def _make_keys(self) -> None:
        """Gives the keyboard the letters that it lacks. Made while one types, a program may learn of them too late."""
        keys = "".join(
            f"key <FK{number}> {{ [ U{ord(letter):04X} ] }}; " for number, letter in enumerate(LETTERS, start=13)
        )
        keymap = KEYMAP.format(keys=keys)
        done = subprocess.run(
            ["xkbcomp", "-w", "0", "-", self.variables["DISPLAY"]],
            input=keymap, env=self.variables, check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    def _has_window_manager(self) -> bool:
        asked = subprocess.run(
            ["xdotool", "get_num_desktops"], env=self.variables, check=False, capture_output=True, text=True
        )
        return asked.returncode == 0 and asked.stdout.strip().isdecimal()


@contextlib.contextmanager
def opened(folder: Path, more: Mapping[str, str] | None = None) -> Iterator[Screen]:
    """A screen without any part yet, ended when the block is left."""
    folder.mkdir(parents=True, exist_ok=True)
    screen = Screen(folder)
    screen.variables |= more or {}
    try:
        yield screen
    finally:
        screen.close()
