"""Says whether the bytes of an output are a file of the kind that they claim to be, by reading them."""

from __future__ import annotations

import io
import wave
import zipfile
from xml.etree import ElementTree

from mutagen.flac import FLAC
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4
from mutagen.oggopus import OggOpus
from PIL import Image


def problem_of(body: bytes, content_type: str) -> str | None:
    """What is wrong with the file, or None. `content_type` as the server said it."""
    try:
        return _read(body, content_type.partition(";")[0])
    except Exception as error:  # noqa: BLE001 - each reader has errors of its own, and all of them mean the same here
        return repr(error)


def _read(body: bytes, content_type: str) -> str | None:
    source = io.BytesIO(body)
    match content_type:
        case "image/png" | "image/jpeg" | "image/webp":
            with Image.open(source) as picture:
                picture.load()
                return None if picture.get_format_mimetype() == content_type else f"is {picture.format}"
        case "image/svg+xml":
            root = ElementTree.fromstring(body)  # noqa: S314 - the simulator's own file
            return None if root.tag == "{http://www.w3.org/2000/svg}svg" else f"is {root.tag}"
        case "audio/wav":
            with wave.open(source) as sound:
                return None if sound.getnframes() else "is empty"
        case "audio/mpeg":
            return _length_problem(MP3(source).info)
        case "audio/flac":
            return _length_problem(FLAC(source).info)
        case "audio/ogg":
            return _length_problem(OggOpus(source).info)
        case "video/mp4" | "video/quicktime":
            return _length_problem(MP4(source).info)
        case "application/zip":
            with zipfile.ZipFile(source) as archive:
                if broken := archive.testzip():
                    return f"{broken} is broken"
                return _frame_problem(archive.read(archive.namelist()[0]))
        case "model/gltf-binary" | "application/octet-stream":
            return None if body.startswith(b"glTF") else "is no binary glTF"
    return f"has the unknown type {content_type}"


def _length_problem(stream: object) -> str | None:
    return None if getattr(stream, "length", 0.0) > 0.3 else "is too short"


def _frame_problem(body: bytes) -> str | None:
    if body.startswith(b"\x76\x2f\x31\x01"):
        return None
    return _read(body, "image/png")
