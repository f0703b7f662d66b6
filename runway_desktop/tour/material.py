"""Data that the tour drops: a table of shots and a picture."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QRadialGradient

from .hands import StepFailed

_HEADER = "prompt,model,endpoint,ratio,duration,seed,project,shot"
_SHOTS = (
    ("A lighthouse keeper walks into the storm, camera follows [seconds:25]", "gen4.5,text_to_video,1280:720,5,41207"),
    ("Slow dolly over a frozen lagoon at dawn, breath in the air", "veo3.1_fast,text_to_video,1280:720,8,"),
    ("Macro of ice crystals growing across a window pane [outputs:4]", "gen4_image,text_to_image,1920:1080,,7"),
    ("The harbour wakes: nets, gulls, diesel smoke [fail:SAFETY.INPUT.TEXT]", "gen4.5,text_to_video,1280:720,5,"),
    ("Rain on a tin roof, far thunder", "eleven_text_to_sound_v2,sound_effect,,,"),
    ("A lighthouse as a woodcut, two colors", "recraft_v4_1_vector,text_to_image,1024:1024,,"),
    ("Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen auf Pflaster", "gen4.5,text_to_video,1280:720,7,"),
    ("窓辺で眠る猫、朝の光、ゆっくりとしたパン", "gen4.5,text_to_video,1280:720,5,"),
    ("A watch on travertine, hard noon shadow", "gen4.5,text_to_video,960:960,5,"),
)


def table() -> str:
    """The table of shots; its last row has a ratio that the model does not accept."""
    rows = (f'"{prompt}",{settings},Aurora spot,{10 * n:03d}' for n, (prompt, settings) in enumerate(_SHOTS, start=1))
    return "\n".join((_HEADER, *rows, ""))


def paint_dusk(path: Path) -> None:
    """A picture to drop: evening light over water."""
    image = QImage(1280, 720, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    sky = QLinearGradient(0, 0, 0, 720)
    for at, color in ((0.0, "#2b2a4c"), (0.45, "#c4527a"), (0.62, "#f2b27c"), (0.63, "#7a4a63"), (1.0, "#1d2036")):
        sky.setColorAt(at, QColor(color))
    painter.fillRect(image.rect(), sky)
    sun = QRadialGradient(860, 430, 160)
    sun.setColorAt(0, QColor(255, 236, 200, 255))
    sun.setColorAt(1, QColor(255, 200, 140, 0))
    painter.fillRect(image.rect(), sun)
    painter.end()
    if not image.save(str(path)):
        raise StepFailed(f"the picture {path} could not be written")
