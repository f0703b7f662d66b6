"""*Report a problem* contains useful details and nothing private."""

from __future__ import annotations

import errno
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.secrecy import KnownSecrets
from runway_desktop.domain.task import Batch, BatchId, State
from runway_desktop.texts import Text
from runway_desktop.usecases.problem_report import EARLIER, SHOWN, Scrub, problem_report, report_text
from runway_desktop.values import replace
from runway_desktop.wiring import environment
from tests.rigs.engine_rig import Rig
from tests.rigs.engines import engine_of
from tests.rigs.mistakes import Mistakes
from tests.rigs.rows import task

KEY, PLAIN_KEY = "key_" + "5a" * 64, "an odd key/of+another form"
PROMPT = "A silver heron lifts off\nabove Lake Vättern, „leise“ and 'slow'"
PROJECT, TAG, BATCH, PROFILE = "Orchid", "kingfisher", "Weinlese Teil 2", "Blaubart & Co"
FILES = ("Halcyon final cut.mp4", "Rosé Übergabe.mov", "最終版 v2.png", 'it\'s "over".wav', "größe.json")
FOLDERS = (
    "/home/zuleika/My Halcyon Films/take 3",
    "C:\\Users\\Zuleika Prynne\\Videos\\Halcyon",
    "\\\\nas-zuleika\\share one\\x",
    "D:/Halcyon Films/y",
    "~/Halcyon Films",
    "file:///home/zuleika/My%20Halcyon/a b.mp4",
    "https://halcyon.example/p?sig=zuleika",
    "smb://nas-zuleika/share one/z",
    "/Volumes/最終 Drive/Halcyon",
)
PRIVATE = (
    "5a5a", "odd key", "heron", "Vättern", "leise", "slow", "silver", PROJECT, TAG, "Weinlese", "Blaubart", "Halcyon",
    "Ros", "bergabe", "最終", "over", "größe", "gr", "zuleika", "Zuleika", "Prynne", "nas-", "share one", "take 3",
)  # fmt: skip
ALLOWED = ("gr",)
"""Too short to be looked for in the whole report."""

log = logging.getLogger("runway_desktop.services.results.saving")


@pytest.fixture
def secrecy() -> KnownSecrets:
    secrecy = KnownSecrets()
    secrecy.add(PLAIN_KEY)
    return secrecy


@pytest.fixture
def log_file(tmp_path: Path, secrecy: KnownSecrets) -> Iterator[Path]:
    """The program's own log, written as it writes it."""
    root, path = logging.getLogger(), tmp_path / "log.txt"
    before, level = list(root.handlers), root.level
    environment.start_log(path, secrecy, verbose=True)
    yield path
    for handler in [one for one in root.handlers if one not in before]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


def write_all() -> None:
    """Everything private in every way in which a line of the log can hold it."""
    texts = (PROMPT, KEY, PLAIN_KEY, PROJECT, TAG, BATCH, PROFILE)
    log.info("Runway refused it: %s", PROMPT[:16])
    for text in texts:
        log.warning("Output t1/0 waits 5 s: %s", text)
        log.info("Runway said: {'error': %r}", text)
        log.info("Refused (%s), as before", text)
        log.info("%s", text)
    for name in (*FILES, *FOLDERS):
        log.info("The request is not in “%s”: %s", name, OSError(errno.ENOSPC, "No space left", name))
        log.info("Not saved: %s", DiskError(Text("“{file}” cannot be decoded.").with_(file=name), detail=name))
    for folder in FOLDERS:
        log.warning("What was sent could not be noted in %s: it is read-only", folder)
        log.warning("The folder is fine: %s", folder)
    for text in (*texts, *FILES, *FOLDERS):
        try:
            raise ValueError(text)
        except ValueError:
            log.exception("Saving t1/0 failed by a mistake of ours")


async def test_problem_report_contains_nothing_private_of_log_and_list(
    tmp_path: Path, log_file: Path, secrecy: KnownSecrets, mistakes: Mistakes, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("runway_desktop.usecases.problem_report.SHOWN", 1000)
    monkeypatch.setenv("HTTPS_PROXY", "http://zuleika:Halcyon@127.0.0.1:9")
    rig = Rig(loops=())
    engine = engine_of(rig, tmp_path / "library")
    engine.secrecy, engine.profile_name = secrecy, PROFILE
    engine.last_crash.write_text(CRASH, encoding="utf-8")
    async with rig:
        batch = Batch(id=BatchId("b"), name=BATCH, created_at=1.0)
        done = replace(task(1, State.SUCCEEDED, PROMPT, project=PROJECT, tags=(TAG,)), batch_id=batch.id)
        await rig.store.add([done], (), batch, ())
        await rig.ledger.load()
        engine.settings.project_caps = {PROJECT: 5.0}
        engine.settings.name_template = "Halcyon {n}"
        engine.settings.reduce_motion = True
        write_all()
        mistakes.take("a mistake of ours")
        written = log_file.read_text(encoding="utf-8")
        assert all(word in written for word in ("heron", "Weinlese", "nas-zuleika", "最終", "Übergabe"))
        report = await problem_report(engine, {"Qt": "6.10 on xcb"})
        assert [word for word in PRIVATE if word in report and word not in ALLOWED] == []
        for fact in (
            "Program: Runway Desktop 0.1.0, from Python's packages", "Python: 3.", "Qt: 6.10 on xcb", "succeeded 1",
            "Connection: idle", "Proxies: https",
            "reduce_motion=True", "project_caps is set",
            "Output t1/0 waits 5 s: […]", "What was sent could not be noted",
            "test_problem_report.py, line ", "  ValueError", "Segmentation fault", "bugs.py, line 12, in crashed",
        ):  # fmt: skip
            assert fact in report, fact


CRASH = """\
Fatal Python error: Segmentation fault

Current thread 0x00007f1c (most recent call first):
  File "/home/zuleika/My Halcyon Films/site-packages/runway_desktop/app/bugs.py", line 12 in crashed
  File "/home/zuleika/größe.py", line 3 in <module>
  File "<frozen importlib._bootstrap>", line 241 in _call_with_frames_removed
  File "/usr/lib/python3.11/threading.py", line 982 in run

Current thread's C stack trace (most recent call first):
  Binary file "/home/zuleika/libQt6Core.so.6", at _ZN7QObject5eventEP6QEvent+0x1b [0x7f]
Extension modules: zuleika.native (total: 1)
"""


def of(log: str, crash: str = "") -> str:
    return report_text({}, crash, log, Scrub(str, (), ()))


def test_problem_report_of_a_crash_contains_frames_of_libraries_too():
    assert of("", CRASH).split("The last crash:\n")[1].split("\n\n")[0].splitlines() == [
        "  Fatal Python error: Segmentation fault",
        "  Current thread 0x00007f1c (most recent call first)",
        "  runway_desktop/app/bugs.py, line 12, in crashed",
        "  […], line 3, in <module>",
        "  libQt6Core.so.6, at _ZN7QObject5eventEP6QEvent+0x1b",
    ]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Task 12 is prepared again: the key was changed.", "Task 12 is prepared again: the key was changed."),
        ("The library's folder isn't there", "The library's folder isn't there"),
        (
            "HTTP 502 · 3 of 4 at 5.0 MB/s, text_to_video and/or 1/2",
            "HTTP 502 · 3 of 4 at 5.0 MB/s, text_to_video and/or 1/2",
        ),
        ("QRhi* {anonymous}::ensureRhi(QRhi*) : No RHI", "QRhi* {anonymous}::ensureRhi(QRhi*) : No RHI"),
        ("[Errno 28] No space left: '/srv/a b/c.mp4'", "[Errno 28] No space left: […]"),
        ("It is “a “b” c” now", "It is […] now"),
        ("It begins 'and never ends", "It begins […]"),
        ("Could not open \"a 'b' c\" (5)", "Could not open […] (5)"),
        ("Written to anna@example.com", "Written to […]"),
        ("The film 猫 and dog 犬 ended", "The film […] ended"),
    ],
)
def test_quoted_and_unrecognized_parts_of_log_messages_are_left_out_of_the_report(said: str, told: str):
    assert of(f"2026-11-29 20:46:59,076 INFO runway_desktop.a.b: {said}\n").splitlines()[-1].endswith(f"b: {told}")


def test_report_of_a_bundle_names_modules_by_package_path():
    crash = '  File "{}", line 12 in crashed\n'
    for path in ("runway_desktop/app/bugs.py", "C:\\Users\\Zuleika\\runway_desktop\\app\\bugs.py"):
        at = path.index("runway_desktop")
        assert f"  {path[at:]}, line 12, in crashed\n" in of("", crash.format(path))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Refused: A silver heron lifts off, again", "Refused: […], again"),
        ("Refused: silver heron lif… (again)", "Refused: silver heron lif… (again)"),
        ("Refused: it is a fox that waits", "Refused: it is […] that waits"),
        ("Refused: foxes wait", "Refused: foxes wait"),
    ],
)
def test_every_three_words_of_a_prompt_are_removed_from_the_report(said: str, told: str):
    scrub = Scrub(str, ["A silver heron lifts off\nabove the lake", "a fox"], ())
    assert scrub(said) == told


def test_text_that_only_resembles_a_traceback_is_removed():
    log = "2026-11-29 20:46:59,076 ERROR runway_desktop.a: It failed\nmy secret\n  a secret plan\nSecret: heron\n"
    log += "Thread of a secret\n"
    assert "ecret" not in of(log)


def test_file_names_are_quoted_in_the_log():
    package = Path(environment.__file__).parents[1]
    lines = [line for file in package.rglob("*.py") for line in file.read_text("utf-8").splitlines()]
    named = [line for line in lines if re.search(r"\blog\.\w+\(\".*(?:path|final)\)?\.name\b", line)]
    assert len(named) >= 5
    assert [line for line in named if "“%s”" not in line] == []


def test_endless_log_message_is_cut():
    assert len(of(f"2026-11-29 20:46:59,076 INFO runway_desktop.a: {'x' * 300_000}\n")) < 2000


def test_earlier_errors_are_reported_beside_the_end_of_the_log():
    error = "2026-11-29 20:46:59,{:03} ERROR runway_desktop.a: Mistake {}\n"
    info = "2026-11-29 20:47:59,{:03} INFO runway_desktop.a: Message {}\n"
    log = "".join(error.format(n, n) for n in range(9)) + "".join(info.format(n, n) for n in range(SHOWN))
    told = of(log)
    assert [n for n in range(9) if f"Mistake {n}\n" in told] == list(range(9))[-EARLIER:]
    assert f"Message {SHOWN - 1}" in told
