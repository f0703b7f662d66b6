"""A Wayland desktop of our own, and a person's hands on it: labwc without a screen, wtype, and a virtual mouse.

Qt knows no test driver on Wayland, and no tool of Debian holds a button down. So the mouse is a client of the
`wlr-virtual-pointer` protocol, of which it speaks six requests. Blocking.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import subprocess
import time
from pathlib import Path

from runway_desktop import APP_ID
from tests.journeys.screen import Screen
from tests.rigs.waiting import until

SIZE = (1680, 1050)
"""Pixels of the screen. Whole ones, too, at a scale of 1.5."""
LABWC = f"""\
<labwc_config>
  <windowRules>
    <windowRule identifier="{APP_ID}" type="normal" matchOnce="true" serverDecoration="no">
      <action name="Maximize"/>
    </windowRule>
  </windowRules>
</labwc_config>
"""
"""The main window fills the screen, so that places in it are those on the screen: Wayland does not tell a program where
its windows are."""
_DISPLAY, _REGISTRY, _SYNC, _MANAGER, _POINTER = 1, 2, 3, 4, 5
"""Ids of the objects of the mouse's connection."""
_LEFT = 0x110


class Desktop:
    """labwc on a screen that only `grim` sees. `scale` is what the person has set for it."""

    def __init__(self, screen: Screen, scale: float = 1.0) -> None:
        self.scale = scale
        self.screen = screen
        screen.variables |= {
            "WLR_BACKENDS": "headless",
            "WLR_RENDERER": "pixman",
            "WLR_LIBINPUT_NO_DEVICES": "1",
            "QT_QPA_PLATFORM": "wayland",
        }
        folder = Path(screen.variables["XDG_CONFIG_HOME"], "labwc")
        folder.mkdir()
        (folder / "rc.xml").write_text(LABWC)
        self._compositor = screen.start_part(["labwc"])
        running = Path(screen.variables["XDG_RUNTIME_DIR"])
        self._socket = until(lambda: next(iter(running.glob("wayland-?")), None), "the compositor")
        screen.variables["WAYLAND_DISPLAY"] = self._socket.name
        output = ["wlr-randr", "--output", "HEADLESS-1"]
        self.run(*output, "--custom-mode", f"{SIZE[0]}x{SIZE[1]}", "--scale", f"{scale:g}")
        self.mouse = Mouse(self._socket, (SIZE[0] / scale, SIZE[1] / scale))

    def run(self, *words: str) -> str:
        """What a program answers that works on this desktop."""
        done = subprocess.run(words, env=self.screen.variables, check=False, capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done.stdout

    def key(self, key: str, *held: str) -> None:
        """Presses a key by its name in XKB, with modifiers held: `ctrl`, `shift`, `alt`. Each time a new keyboard is
        plugged in, whose first keys come before the focus unless one waits."""
        down = [word for one in held for word in ("-M", one)]
        up = [word for one in reversed(held) for word in ("-m", one)]
        self.run("wtype", "-s", "100", *down, "-k", key, *up)

    def type(self, text: str) -> None:
        self.run("wtype", "-s", "100", "-d", "10", text)

    def copy(self, text: str) -> None:
        """Another program copies it, and offers it until something else is copied."""
        quiet = subprocess.DEVNULL
        variables = self.screen.variables
        subprocess.run(["wl-copy"], input=text.encode(), env=variables, stdout=quiet, stderr=quiet, check=True)

    def pasted(self) -> str:
        return self.run("wl-paste", "--no-newline")

    def picture(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.run("grim", str(path))

    def close(self) -> None:
        self.mouse.close()


class Mouse:
    """A virtual mouse. Places are in the desktop's own pixels, before its scale."""

    def __init__(self, path: Path, size: tuple[float, float]) -> None:
        self._size = (round(size[0]), round(size[1]))
        self._connection = socket.socket(socket.AF_UNIX)
        self._connection.settimeout(10)
        self._connection.connect(str(path))
        self._send(_DISPLAY, 1, struct.pack("I", _REGISTRY))
        self._send(_DISPLAY, 0, struct.pack("I", _SYNC))
        manager, version = self._find(b"zwlr_virtual_pointer_manager_v1")
        name = b"zwlr_virtual_pointer_manager_v1\0"
        self._send(_REGISTRY, 0, struct.pack(f"II{len(name)}sII", manager, len(name), name, version, _MANAGER))
        self._send(_MANAGER, 0, struct.pack("II", 0, _POINTER))

    def move(self, place: tuple[int, int]) -> None:
        self._act(1, struct.pack("IIIII", self._now(), *place, *self._size))

    def press(self) -> None:
        self._act(2, struct.pack("III", self._now(), _LEFT, 1))

    def release(self) -> None:
        self._act(2, struct.pack("III", self._now(), _LEFT, 0))

    def click(self, place: tuple[int, int]) -> None:
        self.move(place)
        self.press()
        self.release()

    def drag(self, start: tuple[int, int], to: tuple[int, int], *, steps: int = 20) -> None:
        """As a hand does: first a bit, so that the drag begins, then along the way."""
        self.move(start)
        self.press()
        for step in range(1, steps + 1):
            time.sleep(0.03)
            self.move(tuple(round(a + (b - a) * step / steps) for a, b in zip(start, to, strict=True)))  # type: ignore[arg-type]
        time.sleep(0.3)
        self.release()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._connection.close()

    @staticmethod
    def _now() -> int:
        return int(time.monotonic() * 1000) & 0xFFFFFFFF

    def _act(self, request: int, arguments: bytes) -> None:
        self._send(_POINTER, request, arguments)
        self._send(_POINTER, 4, b"")

    def _send(self, target: int, request: int, arguments: bytes) -> None:
        self._connection.sendall(struct.pack("IHH", target, request, 8 + len(arguments)) + arguments)

    def _find(self, wanted: bytes) -> tuple[int, int]:
        """Name and version of a global, of those that the compositor tells before it answers `sync`."""
        data = b""
        while True:
            data += self._connection.recv(65536)
            while len(data) >= 8 and len(data) >= (size := struct.unpack_from("H", data, 6)[0]):
                (sender,), message, data = struct.unpack_from("I", data), data[8:size], data[size:]
                assert sender != _SYNC, f"the compositor has no {wanted.decode()}"
                if sender == _REGISTRY and message[8:].startswith(wanted + b"\0"):
                    return struct.unpack_from("I", message)[0], struct.unpack_from("I", message, len(message) - 4)[0]
