"""Each table of records, written out with every field: an unintended change of one fails here.

No value is taken from the program, or the test would change with it. Numbers at the top of modules are in `bounds.txt`.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.failures import Failure, FailureKind
from runway_desktop.domain.library import SortKey
from runway_desktop.domain.media import Media, format_of
from runway_desktop.domain.task import HoldCode, State
from runway_desktop.services.settings import Settings
from runway_desktop.usecases.listing.columns import COLUMNS, Column
from runway_desktop.usecases.words.failures import failure_headline, failure_words

PROGRAM = Path(__file__).parents[2] / "runway_desktop"
BOUNDS = Path(__file__).with_name("bounds.txt")


def flags(record: Any, *names: str) -> str:
    return " ".join(name for name in names if getattr(record, name))


def test_columns_equal_the_written_table() -> None:
    assert [
        (
            column.name, column.value, record.title, record.width, record.narrow_width, record.sort,
            flags(record, "is_falling", "is_number", "is_fixed", "is_usual"),
        )
        for column, record in zip(Column, COLUMNS, strict=True)
    ] == [
        ("POSTER", 0, "Poster", 104, None, None, "is_fixed is_usual"),
        ("PROMPT", 1, "Prompt", 360, None, SortKey.PROMPT, "is_fixed is_usual"),
        ("STATUS", 2, "Status", 192, 164, SortKey.STATE, "is_usual"),
        ("MODEL", 3, "Model", 120, None, SortKey.MODEL, ""),
        ("PROJECT", 4, "Project", 120, None, SortKey.PROJECT, ""),
        ("CREDITS", 5, "Credits", 76, 64, SortKey.COST, "is_falling is_number is_usual"),
        ("SENT", 6, "Sent", 76, 56, SortKey.MADE, "is_falling is_number is_usual"),
        ("RATING", 7, "Rating", 84, None, SortKey.RATING, "is_falling"),
        ("TAGS", 8, "Tags", 140, None, SortKey.TAGS, ""),
        ("SHOT", 9, "Shot", 76, None, SortKey.SHOT, ""),
    ]  # fmt: skip


def test_states_equal_the_written_table() -> None:
    assert {state.value: flags(state, "is_local", "is_live", "is_final") for state in State} == {
        "held": "is_local", "sending": "is_local", "uncertain": "",
        "pending": "is_live", "throttled": "is_live", "running": "is_live", "other": "is_live",
        "succeeded": "is_final", "failed": "is_final", "cancelled": "is_final", "gone": "is_final",
    }  # fmt: skip


def test_hold_reasons_equal_the_written_table() -> None:
    assert {code.name: (code.value, flags(code, "waits_for_person", "may_be_sent_already")) for code in HoldCode} == {
        "ITS_TURN": ("", ""),
        "WAITS_FOR_PERSON": ("waits for the person", "waits_for_person"),
        "RESTORED": ("restored", "waits_for_person may_be_sent_already"),
        "COPIED": ("copied", "waits_for_person may_be_sent_already"),
        "OTHER_KEY": ("other key", "waits_for_person"),
        "ROUTER_GONE": ("router gone", "waits_for_person"),
        "APPROVAL": ("approval", "waits_for_person"),
        "CREDITS": ("waits for credits", "waits_for_person"),
        "WHEN_CREDITS": ("when the balance allows", ""),
        "REFUSED": ("refused", "waits_for_person"),
        "EXPIRED": ("expired", "waits_for_person"),
        "ASK_PERSON": ("ask the person", "waits_for_person may_be_sent_already"),
        "FILE_CHANGED": ("file changed", "waits_for_person"),
        "FILE_MISSING": ("file missing", ""),
        "FILE_UNREADABLE": ("file unreadable", ""),
        "FILE_EMPTY": ("file empty", ""),
        "UPLOAD_FAILED": ("upload failed", ""),
        "NOT_SENT": ("not sent", ""),
        "NO_COST": ("no cost told", "waits_for_person"),
        "NOT_PREPARED": ("not prepared", ""),
    }


@pytest.mark.parametrize(
    ("code", "advice", "is_moderation", "headline", "words"),
    [
        (
            "SAFETY.OUTPUT",
            "change the prompt",
            True,
            "Result refused",
            "Moderation refused the finished result. Change",
        ),
        ("SAFETY.INPUT", "change the input", True, "Refused by moderation", "Moderation refused an input. Credits"),
        ("SAFETY.INPUT.TEXT", "change the prompt", True, "Refused by moderation", "Moderation refused the prompt."),
        ("SAFETY", "change the prompt", True, "Refused by moderation", "Moderation refused the prompt. Change it"),
        (
            "INPUT_PREPROCESSING.SAFETY",
            "change the prompt",
            True,
            "Refused by moderation",
            "Moderation refused the pro",
        ),
        ("INPUT_PREPROCESSING", "retry later", False, "Moderation failed", "Moderation failed at Runway. The same req"),
        ("INTERNAL.BAD_OUTPUT", "change the input", False, "Failed quality check", "The result didn't pass Runway's"),
        ("INTERNAL", "retry later", False, "Failed at Runway", "Something failed at Runway. The same request may work"),
        ("ASSET", "change the input", False, "Input doesn't fit", "The size, format, dimensions or length of an input"),
        ("THIRD_PARTY", "retry later", False, "Model not available", "The model's provider is not available. The same"),
        ("REQUEST.REFUSED", "fix the request", False, "Not accepted", "Runway didn't accept the request. Nothing is"),
        ("", "retry later", False, "Failed at Runway", "Something failed at Runway. The same request may work later."),
        ("NEWER", "retry later", False, "Failed at Runway", "Something failed at Runway. The same request may work"),
        ("SAFETYNET", "retry later", True, "Failed at Runway", "Something failed at Runway."),
    ],
)
def test_failure_codes_have_the_written_advice_and_words(
    code: str, advice: str, is_moderation: bool, headline: str, words: str
) -> None:
    failure = Failure(code=code)
    assert (failure.advice.value, failure.is_moderation) == (advice, is_moderation)
    assert failure_headline(failure) == headline
    assert failure_words(failure).startswith(words)


def test_failure_code_prefixes_are_matched_in_the_written_order() -> None:
    assert [kind.value for kind in FailureKind] == [
        "SAFETY.OUTPUT", "SAFETY.INPUT", "SAFETY", "INPUT_PREPROCESSING.SAFETY", "INPUT_PREPROCESSING",
        "INTERNAL.BAD_OUTPUT", "ASSET", "THIRD_PARTY", "REQUEST.REFUSED", "",
    ]  # fmt: skip


def test_media_kinds_equal_the_written_table() -> None:
    assert {
        media.value: (
            str(media.kind.word), media.kind.icon, str(media.kind.synonyms), media.kind.columns, media.kind.megabytes,
            flags(media.kind, "is_picture", "has_frames", "is_timed"),
        )
        for media in Media
    } == {
        "image": (
            "picture", "mdi6.image-outline", "image, photo, still",
            "image picture photo inputimage imagefile imagepath imageurl sourceimage still", (5, 200), "is_picture",
        ),
        "video": (
            "clip", "mdi6.filmstrip", "video, film, movie",
            "video clip inputvideo videofile videopath videourl sourcevideo footage movie", (16, 200),
            "has_frames is_timed",
        ),
        "audio": (
            "sound", "mdi6.waveform", "audio, voice, music, recording",
            "audiofile audiopath audiourl inputaudio soundfile recording music voiceover", (16, 200), "is_timed",
        ),
        "other": ("file", "mdi6.file-outline", "", "", (5, 200), ""),
    }  # fmt: skip


def test_media_formats_equal_the_written_table() -> None:
    assert [
        (media.value, one.name, " ".join(one.endings), " ".join(one.mimes), one.accepted)
        for media in Media
        for one in media.kind.formats
    ] == [
        ("image", "JPEG", "jpg jpeg jfif", "image/jpeg", True),
        ("image", "PNG", "png", "image/png", True),
        ("image", "WebP", "webp", "image/webp", True),
        ("image", "GIF", "gif", "image/gif", False),
        ("image", "BMP", "bmp", "image/bmp", False),
        ("image", "TIFF", "tif tiff", "image/tiff", False),
        ("image", "HEIC", "heic heif", "image/heic", False),
        ("image", "AVIF", "avif", "image/avif", False),
        ("image", "SVG", "svg", "image/svg+xml", False),
        ("video", "MP4", "mp4 m4v", "video/mp4", True),
        ("video", "MOV", "mov qt", "video/quicktime", True),
        ("video", "WebM", "webm", "video/webm", True),
        ("video", "MKV", "mkv", "video/x-matroska", True),
        ("video", "AVI", "avi", "video/x-msvideo", False),
        ("audio", "MP3", "mp3", "audio/mpeg", True),
        ("audio", "WAV", "wav", "audio/wav audio/x-wav", True),
        ("audio", "FLAC", "flac", "audio/flac", True),
        ("audio", "M4A", "m4a", "audio/mp4", True),
        ("audio", "AAC", "aac", "audio/aac", True),
        ("audio", "OGG", "ogg oga opus", "audio/ogg", True),
        ("other", "ZIP", "zip", "application/zip", False),
        ("other", "EXR", "exr", "image/x-exr", False),
        ("other", "HDR", "hdr", "image/vnd.radiance", False),
        ("other", "PDF", "pdf", "application/pdf", False),
    ]


HEADS: dict[str, tuple[bytes, ...]] = {
    "JPEG": (b"\xff\xd8\xff\xe0",),
    "PNG": (b"\x89PNG\r\n\x1a\n\0",),
    "WebP": (b"RIFF\x24\0\0\0WEBPVP8 ",),
    "GIF": (b"GIF87a", b"GIF89a"),
    "BMP": (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x7c\0\0\0"),
    "TIFF": (b"II*\0", b"MM\0*"),
    "HEIC": (b"\0\0\0\x18ftypheic", b"\0\0\0\x18ftypheix", b"\0\0\0\x18ftypmif1"),
    "AVIF": (b"\0\0\0\x18ftypavif",),
    "SVG": (b"<svg ", b"<svg>", b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a -->\n<!DOCTYPE svg>\n<svg "),
    "MP4": (b"\0\0\0\x18ftypmp42", b"\0\0\0\x18ftypisom"),
    "MOV": (b"\0\0\0\x14ftypqt  ", b"\0\0\0\x08moov", b"\0\0\0\x08mdat", b"\0\0\0\x08wide"),
    "WebM": (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01webm",),
    "MKV": (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01matroska",),
    "AVI": (b"RIFF\x24\0\0\0AVI LIST",),
    "MP3": (b"ID3\x04", *(bytes((255, second)) for second in (0xE2, 0xE5, 0xEA, 0xED, 0xF2, 0xF5, 0xFA, 0xFD))),
    "WAV": (b"RF64", b"RIFF\x24\0\0\0WAVEfmt "),
    "FLAC": (b"fLaC",),
    "M4A": (b"\0\0\0\x14ftypM4A ", b"\0\0\0\x14ftypM4B "),
    "AAC": tuple(bytes((255, second)) for second in (0xE0, 0xE1, 0xE8, 0xE9, 0xF0, 0xF1, 0xF8, 0xF9)),
    "OGG": (b"OggS",),
    "ZIP": (b"PK\x03\x04", b"PK\x05\x06"),
    "EXR": (b"v/1\x01",),
    "HDR": (b"#?RADIANCE",),
    "PDF": (b"%PDF-",),
}
NEARLY = (
    b"", b"\xff", b"\xff\xd8", b"\xff\xd8\x00", b"\x89PNG", b"RIFF\0\0\0\0abcd", b"GIF9", b"BM", b"II*\1", b"MM*\0",
    b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x0b\0\0\0", b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x7d\0\0\0", b"<svgs>", b"<html>",
    b"\0\0\0\x18ftyq", b"\0\0\0\x08free", b"\x1aE\xdf\xa4", b"ID2", b"RF46", b"fLaX", b"OggT", b"PK", b"PK\x01\x02",
    b"PK\x03\x06", b"v/1\x02", b"#!RADIANCE", b"%PDF", b"\xff\xe6", b"\xff\xee", b"\xff\xf6", b"\xff\xfe",
    b"a PK\x03\x04",
)  # fmt: skip


def test_media_formats_are_recognized_by_the_written_first_bytes() -> None:
    assert set(HEADS) == {one.name for media in Media for one in media.kind.formats}
    found = {name: [(one := format_of(head)) and one.name for head in heads] for name, heads in HEADS.items()}
    assert found == {name: [name] * len(heads) for name, heads in HEADS.items()}


@pytest.mark.parametrize("head", NEARLY)
def test_bytes_similar_to_a_format_are_not_recognized(head: bytes) -> None:
    assert format_of(head) is None


SWITCH: tuple[tuple[Any, ...], tuple[Any, ...]] = ((True, False), (1, "on", None))
CREDITS: tuple[tuple[Any, ...], tuple[Any, ...]] = (
    (None, 0.5, 100_000_000.0), (0, -1, 100_000_001, True, "5", float("nan")),
)  # fmt: skip
ANY_TEXT: tuple[tuple[Any, ...], tuple[Any, ...]] = (("", "/videos"), (None, 1))
PREFERENCES: dict[str, tuple[Any, tuple[tuple[Any, ...], tuple[Any, ...]]]] = {
    "daily_backup": (True, SWITCH),
    "library_folder": ("", ANY_TEXT),
    "rescue": (True, SWITCH),
    "name_template": ("{project}/{date}/{model}_{title}_{seed}_{id}", (("{id}",), ("", " ", None))),
    "sidecars": (True, SWITCH),
    "embed": (True, SWITCH),
    "theme": ("system", (("system", "light", "dark"), ("", "blue", None))),
    "language": ("", ANY_TEXT),
    "text_size": (100, ((90, 100, 110, 125, 140, 160), (0, 89, 120, 161, "100"))),
    "reduce_motion": (False, SWITCH),
    "loop_clips": (False, SWITCH),
    "muted": (False, SWITCH),
    "announce": ("batch", (("each", "batch", "failures", "off"), ("", "all"))),
    "stay_awake": (True, SWITCH),
    "start_at_login": (False, SWITCH),
    "tray": (True, SWITCH),
    "stay_in_tray": (False, SWITCH),
    "poll_limit": (8, ((1, 8), (0, 9, True, 2.0, "2"))),
    "download_limit": (4, ((1, 4), (0, 5, True, 2.0, "2"))),
    "lane_limits": ({}, (({"gen4.5": 1, "veo3": 100},), (None, 1))),
    "ask_before_cancel": (True, SWITCH),
    "day_cap": (None, CREDITS),
    "month_cap": (None, CREDITS),
    "sending_cap": (None, CREDITS),
    "project_caps": ({}, (({"Aurora": 0.5, "Zenith": 100_000_000.0},), (None, 1))),
    "confirm_above": (1_000.0, CREDITS),
    "hook": (
        {},
        (
            ({}, {"list": "ab", "words": ["/usr/bin/upload", "shots"], "happenings": ["failed", "saved"]}),
            (None, 1, {"words": []}, {"list": "ab", "words": [], "happenings": ["lovely"]}),
        ),
    ),
    "shortcuts": ({}, (({"task.cancel": ["Ctrl+K"]},), (None, 1))),
}
"""By name: the default, values that are kept as they are, and values that are refused."""


def test_preferences_equal_the_written_table() -> None:
    found = {name: one.default for name, one in Settings.preferences().items()}
    assert found == {name: default for name, (default, _) in PREFERENCES.items()}


@pytest.mark.parametrize("name", PREFERENCES)
def test_preference_accepts_exactly_the_written_values(name: str) -> None:
    accept = Settings.preferences()[name].editor.accept
    accepted, refused = PREFERENCES[name][1]
    assert [accept(value) for value in accepted] == list(accepted)
    for value in refused:
        with pytest.raises((TypeError, ValueError)):
            accept(value)


def test_name_numbers_out_of_bounds_are_dropped() -> None:
    found = Settings.preferences()
    assert found["lane_limits"].editor.accept({"a": 0, "b": 101, "c": 1.5, "": 1, "d": True, "e": 100}) == {"e": 100}
    assert found["project_caps"].editor.accept({"a": 0, "b": 100_000_001, "c": 1.5}) == {"c": 1.5}


def numbers(text: str) -> Iterator[tuple[str, float]]:
    """Names of constants in capitals at the top of a module, with their values, where these are plain numbers."""
    for node in ast.parse(text).body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        names = [target.id for target in targets if isinstance(target, ast.Name) and target.id.strip("_").isupper()]
        value = getattr(node, "value", None)
        parts = (ast.Constant, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop)
        if names and value is not None and all(isinstance(one, parts) for one in ast.walk(value)):
            number = eval(compile(ast.Expression(value), "", "eval"))  # noqa: S307 - numbers and their operators only
            if isinstance(number, int | float) and not isinstance(number, bool):
                yield names[0].lstrip("_"), number


BELOW_THE_WINDOW = (
    "domain", "catalog", "services", "usecases", "viewmodels", "api", "store", "remote", "cli", "mcp", "wiring",
    "desktop",
)  # fmt: skip


def test_number_constants_equal_those_in_the_bounds_table() -> None:
    files = (path for part in BELOW_THE_WINDOW for path in (PROGRAM / part).rglob("*.py"))
    found = Counter(f"{name} {number:.12g}" for path in files for name, number in numbers(path.read_text("utf-8")))
    listed = (line.split() for line in BOUNDS.read_text(encoding="utf-8").splitlines())
    known = Counter(f"{name} {number}" for name, *values in listed for number in values)
    changed = f"{sorted(known - found)} became {sorted(found - known)}"
    assert found == known, f"{changed}: a bound that is new, or changes on purpose, goes into {BOUNDS.name}"
