"""Folders of a run, and redaction of secrets in its log."""

from __future__ import annotations

import base64
import contextlib
import errno
import io
import json
import logging
import os
import socket
import sys
import threading
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import platformdirs
import pytest

from runway_desktop.domain.profiles import Color
from runway_desktop.domain.secrecy import KnownSecrets
from runway_desktop.services.disk import private
from runway_desktop.services.disk.profile_folders import NoSuchProfile
from runway_desktop.wiring import environment
from tests.rigs.mistakes import Mistakes

SECRET = "key_" + "0123456789abcdef" * 8


@contextlib.contextmanager
def logging_into(path: Path, terminal: io.StringIO, secrecy: KnownSecrets | None = None) -> Iterator[None]:
    """The program's log, taken down again afterwards; what goes to the terminal is kept."""
    root = logging.getLogger()
    handlers, level, raises = list(root.handlers), root.level, logging.raiseExceptions
    with contextlib.redirect_stderr(terminal):
        environment.start_log(path, secrecy or KnownSecrets(), verbose=False)
    try:
        yield
    finally:
        for handler in [one for one in root.handlers if one not in handlers]:
            root.removeHandler(handler)
            # On a full disk, as `logging.shutdown` does.
            with contextlib.suppress(OSError):
                handler.close()
        root.setLevel(level)
        logging.raiseExceptions = raises


def test_external_text_in_the_log_cannot_control_a_terminal(tmp_path: Path):
    terminal = io.StringIO()
    with logging_into(tmp_path / "log.txt", terminal):
        logging.getLogger("runway_desktop").warning("Not saved: %s", "fox\x1b[2J\x9b\u202e.mp4\nand more")
    assert terminal.getvalue() == "WARNING: Not saved: fox\\x1b[2J\\x9b\\u202e.mp4\nand more\n"


def test_full_log_file_is_rotated_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(environment, "LARGEST_LOG", 200)
    path = tmp_path / "log.txt"
    with logging_into(path, io.StringIO()):
        for number in range(7):
            logging.getLogger("runway_desktop").info("Line %d, %s", number, "x" * 60)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["log.txt", "log.txt.1"]
    older, newer = (tmp_path / "log.txt.1").read_text().splitlines(), path.read_text().splitlines()
    assert "Line 6" in newer[-1]
    assert "Line 0" not in older[0]
    numbers = [int(line.split("Line ")[1][0]) for line in (*older, *newer)]
    assert numbers == list(range(numbers[0], 7)), "none is lost between the two"
    if os.name == "posix":
        assert {one.stat().st_mode & 0o077 for one in tmp_path.iterdir()} == {0}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only where the system has a disk that is always full")
def test_logging_on_a_full_disk_raises_nothing(tmp_path: Path):
    (tmp_path / "log.txt").symlink_to("/dev/full")
    terminal = io.StringIO()
    with logging_into(tmp_path / "log.txt", terminal):
        for number in range(3):
            logging.getLogger("runway_desktop").warning("Line %d", number)
    assert terminal.getvalue().count("Line") == 3


def test_logging_continues_after_a_failed_rotation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(environment, "LARGEST_LOG", 100)
    opener = private.opener

    def full(path: str, flags: int) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)

    with logging_into(tmp_path / "log.txt", io.StringIO()):
        for number in range(6):
            monkeypatch.setattr(private, "opener", full if number in (1, 2, 3) else opener)
            logging.getLogger("runway_desktop").info("Line %d, %s", number, "x" * 60)
    said = (tmp_path / "log.txt").read_text() + (tmp_path / "log.txt.1").read_text()
    assert "Line 5" in said


def test_log_that_cannot_be_renamed_loses_no_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(environment, "LARGEST_LOG", 100)
    (tmp_path / "log.txt.1").mkdir()
    with logging_into(tmp_path / "log.txt", io.StringIO()):
        for number in range(4):
            logging.getLogger("runway_desktop").info("Line %d, %s", number, "x" * 60)
    said = (tmp_path / "log.txt").read_text()
    assert [number for number in range(4) if f"Line {number}" in said] == [0, 1, 2, 3]


class Unspeakable:
    def __str__(self) -> str:
        raise ValueError("It has no words.")


def test_logging_an_unprintable_object_raises_nothing(tmp_path: Path):
    with logging_into(tmp_path / "log.txt", io.StringIO()):
        logging.getLogger("runway_desktop").info("Said by %s", Unspeakable())
        logging.getLogger("runway_desktop").info(*("%d of %d", 1))
        logging.getLogger("runway_desktop").info("The next line")
    said = (tmp_path / "log.txt").read_text().splitlines()
    assert len(said) == 3
    assert "The next line" in said[-1]


def test_custom_folder_contains_all_files_of_the_run(tmp_path: Path):
    found = environment.profile(demo=False, folder=tmp_path / "new" / "profile")
    assert found.folder.is_dir()
    for path in (found.database, found.posters, found.log, found.library, found.inputs):
        assert path.is_relative_to(found.folder)


def test_demo_in_a_custom_folder_stays_in_that_folder(tmp_path: Path):
    own = environment.profile(demo=False, folder=tmp_path / "mine")
    flag, folder, demo = environment.demo_words(own)
    assert (flag, demo) == ("--profile-dir", "--demo")
    tried = environment.profile(demo=True, folder=Path(folder))
    assert tried.folder.is_relative_to(own.folder)
    assert tried.folder != own.folder
    assert tried.is_demo


def test_two_folders_of_equal_name_have_two_keys(tmp_path: Path):
    first = environment.profile(demo=False, folder=tmp_path / "a" / "client")
    second = environment.profile(demo=False, folder=tmp_path / "b" / "client")
    assert first.name == second.name == "client"
    assert first.key_name != second.key_name


@pytest.mark.parametrize(
    ("folder", "name"), [("Client A", "Client A"), ("aurora/profile", "aurora/profile"), ("aurora/Data", "aurora/Data")]
)
def test_profile_in_a_generic_folder_is_named_with_its_parent(tmp_path: Path, folder: str, name: str):
    assert environment.profile(demo=False, folder=tmp_path / folder).name == name


def test_demo_never_shares_a_folder_with_real_tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA", "APPDATA", "HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr(platformdirs, "user_data_dir", lambda *_, **__: str(tmp_path / "data"))
    monkeypatch.setattr(platformdirs, "user_videos_dir", lambda: str(tmp_path / "Videos"))
    demo, own = environment.profile(demo=True), environment.profile(demo=False)
    assert demo.folder != own.folder
    assert not own.library.is_relative_to(demo.folder)
    assert demo.library.is_relative_to(demo.folder)
    assert (demo.key_name, own.key_name) == ("Demo", "Default")


@pytest.mark.parametrize("is_granted", [True, False])
def test_flatpak_saves_results_only_where_they_survive_the_sandbox(tmp_path, monkeypatch, *, is_granted: bool):
    data, granted = tmp_path / "data", tmp_path / "Videos" / "Runway Desktop"
    monkeypatch.setattr(platformdirs, "user_data_dir", lambda *_, **__: str(data))
    monkeypatch.setattr(platformdirs, "user_videos_dir", lambda: str(granted.parent))
    monkeypatch.setenv("FLATPAK_ID", "io.github.runway_desktop.RunwayDesktop")
    if is_granted:
        granted.mkdir(parents=True)
    folders = environment.folders(demo=False)
    others = [Path(folders.plan(name, Color.BLUE, "3f", 0.0)[1].library) for name in ("Northlight", "Default", "..")]
    libraries = [folders.main.library, *others]
    assert len(set(libraries)) == len(libraries)
    assert {library.parent for library in libraries} == {granted if is_granted else data / "results"}


def test_copy_detection_files_lie_outside_of_every_profile(tmp_path, monkeypatch):
    monkeypatch.setattr(platformdirs, "user_data_dir", lambda *_, **__: str(tmp_path / "data"))
    monkeypatch.setattr(platformdirs, "user_state_dir", lambda *_, **__: str(tmp_path / "state"))
    own, apart = environment.profile(demo=False), environment.profile(demo=False, folder=tmp_path / "apart")
    assert environment.state_folder(own) == environment.state_folder(apart) == tmp_path / "state"
    # Where the system has one folder for both, it is beside that: all profiles are copied and put back with it.
    monkeypatch.setattr(platformdirs, "user_state_dir", lambda *_, **__: str(tmp_path / "data"))
    assert environment.state_folder(own) == tmp_path / "Runway Desktop State"
    assert not own.folder.is_relative_to(tmp_path / "Runway Desktop State")
    assert not (tmp_path / "Runway Desktop State").exists()


def test_demo_leaves_nothing_outside_of_its_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(platformdirs, "user_data_dir", lambda *_, **__: str(tmp_path / "data"))
    for folder in (None, tmp_path / "apart"):
        demo = environment.profile(demo=True, folder=folder)
        assert environment.state_folder(demo).is_relative_to(demo.folder)


def test_folder_that_cannot_be_created_raises_an_os_error(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        environment.profile(demo=False, folder=tmp_path / "file" / "profile")


def test_address_comes_from_the_environment_like_in_the_sdk(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RUNWAYML_BASE_URL", " http://127.0.0.1:9 ")
    assert environment.base_url() == "http://127.0.0.1:9"
    monkeypatch.setenv("RUNWAYML_BASE_URL", "")
    assert environment.base_url() is None


def test_secret_is_redacted_in_messages_arguments_and_tracebacks(tmp_path: Path, mistakes: Mistakes):
    log, terminal = tmp_path / "log.txt", io.StringIO()
    logger = logging.getLogger("runway_desktop.test")
    with logging_into(log, terminal):
        logger.warning(f"sent with {SECRET}")  # noqa: G004 - just this is what must not leak
        logger.warning("sent with %s and %r", SECRET, {"authorization": f"Bearer {SECRET}"})
        try:
            raise ValueError(f"refused {SECRET}")
        except ValueError:
            logger.exception("It failed")
    for said in (log.read_text(encoding="utf-8"), terminal.getvalue()):
        assert SECRET[4:40] not in said
        assert said.count("key_…") == 4
        assert "ValueError" in said
    mistakes.take("It failed")


@pytest.mark.parametrize("secret", ['a studio\'s own key/+ with "odd" letters ü', "sk-live-0123456789abcdef", SECRET])
def test_secret_in_use_is_redacted_in_every_form(tmp_path: Path, mistakes: Mistakes, secret: str):
    log, terminal = tmp_path / "log.txt", io.StringIO()
    logger = logging.getLogger("runway_desktop.test")
    secrecy = KnownSecrets()
    secrecy.add(secret)
    forms = [
        secret, repr(secret), json.dumps(secret), urllib.parse.quote(secret), urllib.parse.quote(secret, safe=""),
        base64.b64encode(secret.encode()).decode(), base64.urlsafe_b64encode(b"me:" + secret.encode()).decode(),
        base64.b64encode(b"a:" + secret.encode() + b"@x").decode(),
    ]  # fmt: skip
    with logging_into(log, terminal, secrecy):
        for form in forms:
            logger.warning("sent with %s and %r", form, {"Authorization": f"Bearer {form}"})
        try:
            raise ValueError({"headers": secret.encode()}, secret)
        except ValueError:
            logger.exception("It failed")
        logger.warning("somebody else's: Authorization: Bearer abc.def")
    for said in (log.read_text(encoding="utf-8"), terminal.getvalue()):
        for form in [*forms, repr(secret.encode())[2:-1]]:
            assert form.strip("'\"")[8:20] not in said
        assert "abc.def" not in said
        assert "ValueError" in said
    mistakes.take("It failed")


def test_result_link_is_cut_before_its_signature(tmp_path: Path):
    log, terminal = tmp_path / "log.txt", io.StringIO()
    with logging_into(log, terminal):
        link = "https://out.example.com/a/fox.mp4?_jwt=abc.def&Signature=xyz"
        logging.getLogger("runway_desktop.test").warning("%r: GET %s failed", {"url": link}, link)
    for said in (log.read_text(encoding="utf-8"), terminal.getvalue()):
        assert said.count("https://out.example.com/a/fox.mp4?…") == 2
        assert "abc" not in said
        assert "xyz" not in said
        assert said.rstrip().endswith("failed")


@pytest.mark.parametrize(
    "link",
    [
        "HTTPS://out.example.com/fox.mp4?Signature=abc",
        "https://app.example.com/done#access_token=abc",
        "https://me:abc@out.example.com/fox.mp4",
        "https://out.example.com/a red fox.mp4?Signature=abc",
        "https://out.example.com/it's a fox.mp4?v=1&_jwt=abc",
    ],
)
def test_credentials_in_links_stay_out_of_the_log(tmp_path: Path, link: str):
    with logging_into(tmp_path / "log.txt", io.StringIO()):
        logging.getLogger("runway_desktop.test").info("GET %s failed, %r", link, [link])
    said = (tmp_path / "log.txt").read_text(encoding="utf-8")
    assert "abc" not in said
    assert "failed" in said
    assert "example.com" in said


def test_closed_terminal_gets_no_traceback_past_the_redaction(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mistakes: Mistakes
):
    terminal = io.StringIO()
    with logging_into(tmp_path / "log.txt", terminal):
        terminal.close()
        try:
            raise ValueError(f"refused {SECRET}")
        except ValueError:
            logging.getLogger("runway_desktop.test").exception("It failed")
    assert SECRET[4:40] not in capsys.readouterr().err
    mistakes.take("It failed")


def test_log_file_gets_details_and_the_terminal_only_warnings(tmp_path: Path):
    log, terminal = tmp_path / "log.txt", io.StringIO()
    with logging_into(log, terminal):
        logging.getLogger("runway_desktop.test").info("a detail")
        logging.getLogger("httpx").info("every request")
    said = log.read_text(encoding="utf-8")
    assert "a detail" in said
    assert "every request" not in said
    assert terminal.getvalue() == ""


def test_custom_folder_contains_its_other_profiles_too(tmp_path: Path):
    known = environment.folders(demo=False, folder=tmp_path)
    environment.profile(demo=False, folder=tmp_path)
    made = known.create("Client A", Color.GREEN, "1a2b", 0.0)
    assert made.folder.is_relative_to(tmp_path)
    assert made.library.is_relative_to(made.folder)
    assert made.words == ("--profile-dir", str(tmp_path), "--profile", "client-a-1a2b")
    assert environment.profile(demo=False, folder=tmp_path, name="Client A").folder == made.folder
    with pytest.raises(NoSuchProfile):
        environment.profile(demo=False, folder=tmp_path, name="Client B")


def test_results_of_another_profile_go_beside_those_of_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(platformdirs, "user_data_dir", lambda *_, **__: str(tmp_path / "data"))
    monkeypatch.setattr(platformdirs, "user_videos_dir", lambda: str(tmp_path / "Videos"))
    known = environment.folders(demo=False)
    made = known.create("Client: A/B", Color.GREEN, "1a2b", 0.0)
    assert made.library.parent == known.main.library.parent == tmp_path / "Videos"
    assert made.library.name.startswith("Runway Desktop – Client")


def test_key_of_the_environment_is_only_for_the_first_profile(tmp_path: Path):
    first = environment.profile(demo=False, folder=tmp_path)
    other = environment.folders_of(first).create("Client A", Color.GREEN, "1a2b", 0.0)
    assert environment.secret_for(first, SECRET) == SECRET
    assert environment.secret_for(other, SECRET) is None


def test_profiles_of_one_folder_know_the_same_neighbors(tmp_path: Path):
    own = environment.profile(demo=False, folder=tmp_path)
    made = environment.folders(demo=False, folder=tmp_path).create("Client A", Color.GREEN, "1a2b", 0.0)
    assert (
        environment.folders_of(made) == environment.folders_of(own) == environment.folders(demo=False, folder=tmp_path)
    )
    demo = environment.profile(demo=True, folder=tmp_path / "demo")
    assert environment.folders_of(demo).main == demo


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[socket.socket]:
    """A D-Bus session bus that takes connections and says nothing."""
    if sys.platform != "linux":
        pytest.skip("elsewhere there is no D-Bus")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "bus"))
        listening.listen()
        yield listening


@pytest.mark.parametrize(
    "variables",
    [
        {"DBUS_SESSION_BUS_ADDRESS": "unix:path={}/bus,guid=12;unix:path=/other"},
        {"DBUS_SESSION_BUS_ADDRESS": "unix:path={}%2fbus"},
        {"XDG_RUNTIME_DIR": "{}"},
    ],
)
def test_unresponsive_session_bus_is_dropped(
    bus: socket.socket, variables: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(environment, "BUS_PATIENCE", 0.05)
    found = {name: value.format(tmp_path) for name, value in variables.items()}
    assert environment.leave_silent_bus(found)
    assert found["DBUS_SESSION_BUS_ADDRESS"] == "unix:path=/dev/null"
    assert not environment.leave_silent_bus(found)


def test_responsive_session_bus_is_kept(bus: socket.socket, tmp_path: Path):
    heard: list[bytes] = []

    def answer() -> None:
        with bus.accept()[0] as caller:
            heard.append(caller.recv(99))
            caller.sendall(b"REJECTED EXTERNAL\r\n")

    thread = threading.Thread(target=answer)
    thread.start()
    variables = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/bus"}
    assert not environment.leave_silent_bus(variables)
    thread.join()
    assert heard == [b"\0AUTH\r\n"]
    assert variables == {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/bus"}


@pytest.mark.parametrize("address", ["", "unix:path=/nowhere", "autolaunch:", "tcp:host=x,port=1"])
def test_missing_session_bus_changes_nothing(address: str, tmp_path: Path):
    variables = {"DBUS_SESSION_BUS_ADDRESS": address, "XDG_RUNTIME_DIR": str(tmp_path)}
    assert not environment.leave_silent_bus(variables)
    assert variables["DBUS_SESSION_BUS_ADDRESS"] == address
