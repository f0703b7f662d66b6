"""Tour of the composer: six different forms, filled in, and the model chooser.

GUI thread. Raises StepFailed if the chooser does not open.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from runway_desktop.domain.task import Request
from runway_desktop.ui.chooser.chooser_panel import ChooserPanel
from runway_desktop.ui.window.main_window import MainWindow
from runway_desktop.viewmodels.composer.composer import Composer

from .hands import Album, close_popups, popup_shown


async def show_forms(window: MainWindow, composer: Composer, album: Album, picture: Path, clip: Path) -> None:
    """A screenshot of each form. `picture` and `clip` are files for the inputs."""
    for name, endpoint, model, values in _requests(picture.as_uri(), clip.as_uri()):
        composer.load(Request(endpoint=endpoint, model=model, values=values))
        window.composer_pane.open_form(True)
        await album.take(window, f"form-{name}")
    window.composer_pane.open_form(False)
    composer.choose("text_to_image", "gen4_image")


async def show_chooser(window: MainWindow, album: Album, search: str, name: str) -> None:
    """A screenshot of the chooser with this search text."""
    window.composer_pane.choose_model()
    await popup_shown("the chooser")
    panel = QApplication.activePopupWidget()
    if isinstance(panel, ChooserPanel):
        panel.search.setText(search)
    await album.take(window, name)
    close_popups()


def _requests(picture: str, clip: str) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Name of the screenshot, endpoint, model, values."""
    harbour = "The harbour wakes: nets, gulls, diesel smoke, first sun on wet planks"
    yield (
        "first-and-last-frame",
        "image_to_video",
        "veo3.1",
        {
            "promptText": harbour,
            "promptImage": [{"uri": picture, "position": "first"}, {"uri": picture, "position": "last"}],
            "ratio": "1280:720",
            "duration": 8,
            "negativePrompt": "text, watermark, shaking camera",
        },
    )
    shots = [
        {"prompt": "Wide: the fog lifts off the harbour, cranes in the distance", "duration": 4},
        {"prompt": "Close: a hand ties a wet rope to a bollard", "duration": 3},
    ]
    yield (
        "shots",
        "text_to_video",
        "kling3.0_pro",
        {"promptText": harbour, "ratio": "1920:1080", "providerSettings": {"multiPrompt": shots}, "cfgScale": 0.5},
    )
    yield (
        "keyframes",
        "video_to_video",
        "aleph2",
        {
            "videoUri": clip,
            "promptText": "Make it night, with lamps along the quay",
            "outputFormat": "prores",
            "proresProfile": "422 HQ",
            "keyframes": [{"seconds": 1.5, "uri": picture, "range": {"start_seconds": 1, "end_seconds": 3}}],
        },
    )
    yield (
        "references",
        "text_to_image",
        "gen4_image",
        {
            "promptText": "@harbour at dawn, seen from the boat of @anna",
            "ratio": "1920:1080",
            "referenceImages": [{"uri": picture, "tag": "harbour"}, {"uri": picture, "tag": "anna"}],
            "contentModeration": {"publicFigureThreshold": "low"},
        },
    )
    script = {
        "type": "text",
        "text": "Good morning. Here is the weather for the coast.",
        "voice": {"type": "preset", "presetId": "victoria"},
    }
    yield (
        "avatar",
        "avatar_videos",
        "gwm1_avatars",
        {"avatar": {"type": "runway-preset", "presetId": "cooking-teacher"}, "speech": script},
    )
    yield (
        "voice",
        "text_to_speech",
        "eleven_v4",
        {
            "promptText": "Good morning. Here is the weather for the coast.",
            "voice": {"type": "runway-preset", "presetId": "Maya"},
            "stability": 0.6,
            "speed": 1.1,
            "previousText": "Welcome back.",
        },
    )
