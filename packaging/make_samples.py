"""Draws the clips and sounds in `resources/samples/`, from which the simulator answers.

Run once, by hand, when the samples shall look different: `python packaging/make_samples.py [NAME…]`. It needs Pillow,
which the program has, and a command `ffmpeg` with x264, which the program does not need: the results are kept in the
repository. Every clip is a landscape that drifts under soft light, with "Sample footage" in its upper left corner and a
small timecode in the right one (hours, minutes, seconds, frames), by which stepping from frame to frame can be checked;
the lower corners belong to what a window writes over a picture. The same call draws the same pictures. Raises
`CalledProcessError` when ffmpeg refuses.

Some samples are signed (content credentials, C2PA) by a maker who does not exist, with c2pa-python and a key that is
thrown away.
"""

from __future__ import annotations

import argparse
import math
import random
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from runway_desktop.simulator.media.pictures import draw as landscape  # noqa: E402
from runway_desktop.simulator.media.pictures import picture  # noqa: E402
from runway_desktop.simulator.media.recipe import Recipe  # noqa: E402
from runway_desktop.simulator.media.tones import Shape, pcm, wav  # noqa: E402

FOLDER = ROOT / "resources" / "samples"
FRAMES_PER_SECOND = 24
Color = tuple[int, int, int]


@dataclass(frozen=True)
class Look:
    """The colors and the weather of a landscape: sky from top to horizon, light, hills from far to near."""

    sky: tuple[Color, Color, Color]
    light: Color
    far: Color
    near: Color
    sun: tuple[float, float] = (0.66, 0.44)
    sun_size: float = 0.075
    clouds: float = 0.5
    water: bool = False
    stars: bool = False
    ridges: int = 5
    roughness: float = 1.0


DUSK = Look(((74, 48, 104), (197, 88, 122), (248, 178, 122)), (255, 226, 178), (196, 104, 128), (34, 26, 62))
LAGOON = Look(
    ((58, 118, 164), (122, 186, 214), (214, 238, 242)), (255, 252, 236), (128, 178, 204), (18, 58, 92), water=True,
    sun=(0.34, 0.4), clouds=0.7,
)  # fmt: skip
FOREST = Look(
    ((116, 142, 104), (186, 198, 148), (238, 232, 196)), (255, 250, 214), (142, 166, 120), (24, 44, 34),
    sun=(0.5, 0.34), clouds=0.35, ridges=6, roughness=1.5,
)  # fmt: skip
SAND = Look(
    ((150, 132, 118), (214, 186, 152), (244, 226, 198)), (255, 246, 224), (212, 178, 140), (88, 58, 40),
    sun=(0.28, 0.3), clouds=0.2, ridges=5, roughness=0.55,
)  # fmt: skip
NIGHT = Look(
    ((8, 14, 38), (20, 46, 82), (58, 118, 132)), (226, 240, 255), (34, 72, 96), (4, 10, 20), sun=(0.72, 0.24),
    sun_size=0.04, clouds=0.25, stars=True, roughness=1.2,
)  # fmt: skip
HARBOUR = Look(
    ((44, 60, 92), (172, 118, 110), (250, 196, 128)), (255, 218, 150), (142, 102, 112), (22, 28, 46), water=True,
    sun=(0.58, 0.47), clouds=0.6,
)  # fmt: skip
ROSE = Look(
    ((148, 116, 158), (226, 162, 172), (250, 216, 198)), (255, 240, 226), (206, 150, 166), (70, 44, 82),
    sun=(0.42, 0.4), clouds=0.8, ridges=4, roughness=0.8,
)  # fmt: skip
ICE = Look(
    ((92, 128, 158), (176, 206, 222), (238, 244, 246)), (255, 255, 250), (186, 208, 222), (46, 74, 104),
    sun=(0.22, 0.3), sun_size=0.05, clouds=0.45, ridges=6, roughness=2.1,
)  # fmt: skip
AUTUMN = Look(
    ((120, 96, 84), (214, 150, 92), (248, 214, 150)), (255, 238, 196), (206, 132, 74), (58, 26, 20),
    sun=(0.74, 0.36), clouds=0.3, ridges=7, roughness=1.3,
)  # fmt: skip
STORM = Look(
    ((26, 32, 40), (66, 78, 88), (140, 150, 148)), (206, 216, 208), (74, 88, 96), (10, 16, 22), water=True,
    sun=(0.5, 0.42), sun_size=0.03, clouds=1.0, roughness=1.5,
)  # fmt: skip
MEADOW = Look(
    ((74, 142, 190), (160, 206, 214), (240, 244, 206)), (255, 252, 220), (150, 190, 120), (30, 78, 44),
    sun=(0.8, 0.24), clouds=0.6, ridges=5, roughness=0.45,
)  # fmt: skip
HEATH = Look(
    ((88, 84, 150), (186, 132, 178), (246, 196, 204)), (255, 230, 236), (150, 104, 160), (58, 30, 74),
    sun=(0.18, 0.36), clouds=0.5, ridges=4, roughness=0.6,
)  # fmt: skip
FJORD = Look(
    ((30, 70, 92), (96, 150, 160), (206, 226, 214)), (240, 252, 244), (84, 132, 144), (10, 36, 48), water=True,
    sun=(0.86, 0.3), sun_size=0.04, clouds=0.8, ridges=6, roughness=2.4,
)  # fmt: skip
COPPER = Look(
    ((60, 24, 20), (168, 70, 40), (246, 160, 74)), (255, 214, 130), (140, 62, 44), (36, 12, 14),
    sun=(0.5, 0.46), sun_size=0.11, clouds=0.25, ridges=3, roughness=0.9,
)  # fmt: skip
PINE = Look(
    ((38, 66, 58), (110, 150, 122), (214, 226, 190)), (246, 252, 220), (86, 124, 98), (8, 28, 24),
    sun=(0.3, 0.22), sun_size=0.05, clouds=0.9, ridges=8, roughness=1.9,
)  # fmt: skip
COAST = Look(
    ((36, 92, 170), (130, 190, 226), (246, 240, 222)), (255, 250, 232), (172, 188, 176), (62, 74, 66), water=True,
    sun=(0.12, 0.26), sun_size=0.06, clouds=0.35, ridges=3, roughness=0.7,
)  # fmt: skip


@dataclass(frozen=True)
class Clip:
    """One file to make: its size in pixels, its length in seconds, its look, and whether it has sound."""

    name: str
    width: int
    height: int
    seconds: float
    look: Look
    seed: int
    sound: bool = False


CLIPS = (
    Clip("dusk-16x9-5s.mp4", 960, 540, 5, DUSK, 1),
    Clip("lagoon-16x9-8s.mp4", 960, 540, 8, LAGOON, 2, sound=True),
    Clip("forest-16x9-10s.mp4", 960, 540, 10, FOREST, 3),
    Clip("night-16x9-4s.mp4", 960, 540, 4, NIGHT, 4, sound=True),
    Clip("harbour-16x9-6s.mp4", 960, 540, 6, HARBOUR, 5, sound=True),
    Clip("sand-16x9-2s.mp4", 960, 540, 2, SAND, 6),
    Clip("ice-16x9-8s.mp4", 960, 540, 8, ICE, 15),
    Clip("autumn-16x9-8s.mp4", 960, 540, 8, AUTUMN, 16),
    Clip("storm-16x9-8s.mp4", 960, 540, 8, STORM, 17, sound=True),
    Clip("meadow-16x9-8s.mp4", 960, 540, 8, MEADOW, 18),
    Clip("heath-16x9-5s.mp4", 960, 540, 5, HEATH, 19),
    Clip("fjord-16x9-5s.mp4", 960, 540, 5, FJORD, 20),
    Clip("copper-16x9-5s.mp4", 960, 540, 5, COPPER, 21),
    Clip("pine-16x9-5s.mp4", 960, 540, 5, PINE, 22),
    Clip("coast-16x9-5s.mp4", 960, 540, 5, COAST, 23),
    Clip("rose-9x16-5s.mp4", 540, 960, 5, ROSE, 7),
    Clip("harbour-9x16-8s.mp4", 540, 960, 8, HARBOUR, 8, sound=True),
    Clip("sand-1x1-5s.mp4", 720, 720, 5, SAND, 9),
    Clip("night-1x1-10s.mp4", 720, 720, 10, NIGHT, 10, sound=True),
    Clip("forest-4x3-5s.mp4", 800, 600, 5, FOREST, 11),
    Clip("rose-3x4-5s.mp4", 600, 800, 5, ROSE, 12),
    Clip("dusk-21x9-6s.mp4", 1120, 480, 6, DUSK, 13, sound=True),
    Clip("fjord-21x9-6s.mp4", 1120, 480, 6, FJORD, 24),
    Clip("dusk-16x9-2s.mov", 480, 270, 2, DUSK, 14),
)
SIGNED = {"signed.mp4": "coast-16x9-5s.mp4", "signed.png": "", "signed.jpeg": ""}
"""Signed samples; a clip is another one, which is gone afterwards, so that no two look alike."""
SOUNDS = (
    ("speech-6s", 6.0, 21, Shape.SPEECH),
    ("effect-4s", 4.0, 22, Shape.EFFECT),
)
SOUND_FORMATS = {
    ".mp3": ["-c:a", "libmp3lame", "-b:a", "64k", "-id3v2_version", "0", "-write_xing", "1"],
    ".flac": ["-c:a", "flac"],
    ".ogg": ["-c:a", "libopus", "-b:a", "48k"],
}


def main(arguments: list[str] | None = None) -> int:
    """Makes every sample, or those whose names begin with one of the words given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only samples whose names begin so")
    chosen = tuple(parser.parse_args(arguments).names)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for clip in CLIPS:
        if clip.name.startswith(chosen or ("",)):
            make_clip(clip)
    for name in SIGNED:
        if name.startswith(chosen or ("",)):
            make_signed(name)
    for stem, seconds, seed, shape in SOUNDS:
        for ending in SOUND_FORMATS:
            if f"{stem}{ending}".startswith(chosen or ("",)):
                make_sound(FOLDER / f"{stem}{ending}", seconds, seed, shape)
    if "frame.exr".startswith(chosen or ("",)):
        target = FOLDER / "frame.exr"
        target.write_bytes(exr(landscape(Recipe("exr_frames", "", "ruby", 3), 0, (160, 90))))
        report(target)
    return 0


def exr(image: Image.Image) -> bytes:
    """An RGB picture as an uncompressed OpenEXR file of scan lines, its values made linear."""
    width, height = image.size
    window = struct.pack("<4i", 0, 0, width - 1, height - 1)
    channels = b"".join(name + b"\0" + struct.pack("<iB3xii", 1, 0, 1, 1) for name in (b"B", b"G", b"R")) + b"\0"
    header = b"".join(
        (
            _attribute(b"channels", b"chlist", channels),
            _attribute(b"compression", b"compression", b"\0"),
            _attribute(b"dataWindow", b"box2i", window),
            _attribute(b"displayWindow", b"box2i", window),
            _attribute(b"lineOrder", b"lineOrder", b"\0"),
            _attribute(b"pixelAspectRatio", b"float", struct.pack("<f", 1.0)),
            _attribute(b"screenWindowCenter", b"v2f", struct.pack("<2f", 0.0, 0.0)),
            _attribute(b"screenWindowWidth", b"float", struct.pack("<f", 1.0)),
            b"\0",
        )
    )
    start = struct.pack("<iI", 20000630, 2) + header
    linear = [struct.pack("<e", (value / 255) ** 2.2) for value in range(256)]
    bands = [band.tobytes() for band in reversed(image.convert("RGB").split())]
    line_size = width * 2 * 3
    first = len(start) + 8 * height
    offsets = struct.pack(f"<{height}Q", *(first + row * (line_size + 8) for row in range(height)))
    lines = []
    for row in range(height):
        values = b"".join(linear[value] for band in bands for value in band[row * width : (row + 1) * width])
        lines.append(struct.pack("<iI", row, line_size) + values)
    return start + offsets + b"".join(lines)


def _attribute(name: bytes, kind: bytes, value: bytes) -> bytes:
    return name + b"\0" + kind + b"\0" + struct.pack("<I", len(value)) + value


def make_clip(clip: Clip) -> None:
    """Draws the frames of one clip straight into ffmpeg."""
    target = FOLDER / clip.name
    with tempfile.TemporaryDirectory() as folder:
        command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"]
        command += ["-s", f"{clip.width}x{clip.height}", "-r", str(FRAMES_PER_SECOND), "-i", "-"]
        if clip.sound:
            track = Path(folder) / "track.wav"
            track.write_bytes(wav(pcm(clip.seconds, 44100, clip.seed, Shape.MUSIC), 44100))
            command += ["-i", str(track), "-c:a", "aac", "-b:a", "64k", "-ac", "1"]
        command += [*_picture_codec(target.suffix), "-map_metadata", "-1", "-fflags", "+bitexact", str(target)]
        frames = b"".join(frame.tobytes() for frame in draw(clip))
        subprocess.run(command, input=frames, check=True)
    report(target)


def make_signed(name: str) -> None:
    """A clip or a picture with content credentials."""
    from tests.rigs.content_credentials import TYPES, signed

    target = FOLDER / name
    if clip := SIGNED[name]:
        body = (FOLDER / clip).read_bytes()
        (FOLDER / clip).unlink()
    else:
        body = picture(Recipe(target.suffix[1:], "A signed sample picture", "gen4_image", 41207, 1, 1280, 720), 0)
    target.write_bytes(signed(body, TYPES[target.suffix]))
    report(target)


def forget_encoder(target: Path) -> None:
    """Removes the encoder's name from an MP3. ffmpeg's decoder infers an encoder delay from it, and prints warnings
    when the file is played."""
    body = target.read_bytes()
    target.write_bytes(body[:192].replace(b"Lavf lame", b"no delay ") + body[192:])


def make_sound(target: Path, seconds: float, seed: int, shape: Shape) -> None:
    """Writes one sound file in the format of its ending."""
    with tempfile.TemporaryDirectory() as folder:
        track = Path(folder) / "track.wav"
        track.write_bytes(wav(pcm(seconds, 24000, seed, shape), 24000))
        command = ["ffmpeg", "-v", "error", "-y", "-i", str(track), *SOUND_FORMATS[target.suffix]]
        command += ["-map_metadata", "-1", "-fflags", "+bitexact", str(target)]
        subprocess.run(command, check=True)
    if target.suffix == ".mp3":
        forget_encoder(target)
    report(target)


def draw(clip: Clip) -> Iterator[Image.Image]:
    """The frames of a clip, each of its own size, in RGB."""
    size = (clip.width, clip.height)
    source = random.Random(clip.seed)
    sky = gradient(size, clip.look.sky)
    stars = star_field(size, source) if clip.look.stars else None
    cloud = cloud_band(size, source)
    ridges = [Ridge.of(position, clip, source) for position in range(clip.look.ridges)]
    vignette = vignette_of(size)
    count = round(clip.seconds * FRAMES_PER_SECOND)
    for number in range(count):
        moment = number / FRAMES_PER_SECOND
        frame = sky.copy()
        if stars is not None:
            frame = ImageChops.screen(frame, stars)
        frame = with_sun(frame, clip.look, moment)
        frame = with_clouds(frame, cloud, clip.look, moment)
        for ridge in ridges:
            frame.paste(ridge.colors, (0, 0), ridge.mask(size, moment))
            frame = with_mist(frame, clip.look, ridge)
        if clip.look.water:
            frame = with_water(frame, clip.look, moment)
        frame = ImageChops.multiply(frame, vignette)
        stamp(frame, number)
        yield frame


@dataclass(frozen=True)
class Ridge:
    """One line of hills: its height on the picture, the waves that shape it, how fast it drifts."""

    base: float
    speed: float
    waves: tuple[tuple[float, float, float], ...]
    colors: Image.Image
    depth: float

    @classmethod
    def of(cls, position: int, clip: Clip, source: random.Random) -> Ridge:
        look = clip.look
        depth = (position + 1) / look.ridges
        base = 0.5 + 0.11 * position * (5 / look.ridges) + (0.0 if not look.water else -0.05)
        waves = tuple(
            (
                0.052 * look.roughness * (0.55 + 0.75 * depth) / (octave**1.05),
                (1.1 + 0.7 * source.random()) * octave,
                source.random() * 2 * math.pi,
            )
            for octave in (1, 2, 3, 5, 9)
        )
        color = blend(look.far, look.near, depth**0.8)
        glow = blend(color, look.light, 0.24 * (1 - depth) + 0.05)
        colors = gradient((clip.width, clip.height), (glow, color, blend(color, look.near, 0.5)))
        return cls(base, 0.010 + 0.05 * depth**2, waves, colors, depth)

    def mask(self, size: tuple[int, int], moment: float) -> Image.Image:
        """Where this ridge covers the picture; drawn twice as large for a smooth edge."""
        width, height = size[0] * 2, size[1] * 2
        aspect = width / height
        points = [(0.0, float(height))]
        steps = 220
        for step in range(steps + 1):
            place = step / steps * aspect + moment * self.speed
            top = self.base - sum(size_ * math.sin(turns * place * 2.1 + phase) for size_, turns, phase in self.waves)
            points.append((step / steps * width, top * height))
        points.append((float(width), float(height)))
        mask = Image.new("L", (width, height), 0)
        ImageDraw.Draw(mask).polygon(points, fill=255)
        return mask.resize(size, Image.Resampling.BOX)


def gradient(size: tuple[int, int], colors: tuple[Color, Color, Color]) -> Image.Image:
    """A picture that goes from the first color at the top through the second to the third at the bottom."""
    top, middle, bottom = colors
    ramp = Image.linear_gradient("L").resize(size, Image.Resampling.BICUBIC)
    return ImageOps.colorize(ramp, black=top, mid=middle, white=bottom)


def with_sun(frame: Image.Image, look: Look, moment: float) -> Image.Image:
    """Adds a disc and its wide glow, sinking slowly."""
    width, height = frame.size
    short = min(width, height)
    x = (look.sun[0] + 0.004 * moment) * width
    y = (look.sun[1] + 0.006 * moment) * height
    light = Image.new("L", frame.size, 0)
    for size, strength in ((look.sun_size * 26, 130), (look.sun_size * 9, 110)):
        edge = int(size * short)
        halo = ImageOps.invert(Image.radial_gradient("L")).resize((edge, edge), Image.Resampling.BICUBIC)
        halo = halo.point([int(strength * (max(0, value - 76) / 179) ** 2) for value in range(256)])
        layer = Image.new("L", frame.size, 0)
        layer.paste(halo, (int(x - edge / 2), int(y - edge / 2)))
        light = ImageChops.add(light, layer)
    glow = ImageOps.colorize(light, black=(0, 0, 0), white=look.light)
    frame = ImageChops.screen(frame, glow)
    radius = look.sun_size * short
    big = Image.new("L", (width * 2, height * 2), 0)
    box = (2 * (x - radius), 2 * (y - radius), 2 * (x + radius), 2 * (y + radius))
    ImageDraw.Draw(big).ellipse(box, fill=235)
    disc = big.resize(frame.size, Image.Resampling.BOX)
    frame.paste(look.light, (0, 0), disc)
    return frame


def with_clouds(frame: Image.Image, cloud: Image.Image, look: Look, moment: float) -> Image.Image:
    """Lays long soft clouds over the sky, moving with the wind."""
    width, height = frame.size
    left = 12 * moment
    window = (left, 0, left + width, height)
    mask = cloud.transform(frame.size, Image.Transform.EXTENT, window, Image.Resampling.BILINEAR)
    mask = mask.point([int(value * look.clouds) for value in range(256)])
    tint = Image.new("RGB", frame.size, blend(look.sky[2], look.light, 0.5))
    return Image.composite(tint, frame, mask)


def with_mist(frame: Image.Image, look: Look, ridge: Ridge) -> Image.Image:
    """Lets light gather at the foot of a ridge, more the farther it is."""
    height = frame.height
    strength = 92 * (1 - ridge.depth)
    if strength < 1:
        return frame
    column = Image.new("L", (1, height))
    center = ridge.base + 0.11
    column.putdata([int(strength * math.exp(-(((row / height - center) / 0.07) ** 2))) for row in range(height)])
    return Image.composite(Image.new("RGB", frame.size, look.sky[2]), frame, column.resize(frame.size))


def with_water(frame: Image.Image, look: Look, moment: float) -> Image.Image:
    """Mirrors the upper part into the lower, rippling, darker towards the viewer."""
    width, height = frame.size
    shore = int(height * 0.68)
    depth = height - shore
    source = frame.crop((0, max(0, shore - depth), width, shore)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    source = source.filter(ImageFilter.GaussianBlur(max(1.0, height / 260)))
    water = Image.new("RGB", (width, depth))
    rows = 3
    for row in range(0, depth, rows):
        near = row / depth
        shift = (2 + 12 * near) * math.sin(row * (0.30 - 0.16 * near) + moment * 2.4) * width / 960
        lift = int(3 * near * math.sin(row * 0.11 - moment * 1.7))
        top = min(max(0, row + lift), max(0, depth - rows))
        strip = source.crop((0, top, width, top + rows))
        water.paste(ImageChops.offset(strip, int(shift), 0), (0, row))
    shade = Image.linear_gradient("L").resize((width, depth)).point([40 + int(value * 0.55) for value in range(256)])
    water = Image.composite(Image.new("RGB", (width, depth), look.near), water, shade)
    frame.paste(water, (0, shore))
    return frame


def cloud_band(size: tuple[int, int], source: random.Random) -> Image.Image:
    """A wide mask of clouds, thicker in the upper half, from noise of several sizes."""
    width, height = int(size[0] * 1.3), size[1]
    mask = Image.new("L", (width, height), 0)
    for cells, weight in ((5, 0.5), (11, 0.3), (24, 0.2)):
        grid = (cells, cells * 2)
        noise = Image.frombytes("L", grid, source.randbytes(grid[0] * grid[1]))
        noise = noise.resize((width, height), Image.Resampling.BICUBIC)
        mask = ImageChops.add(mask, noise.point([int(value * weight) for value in range(256)]))
    mask = mask.point([max(0, min(255, int((value - 132) * 3.4))) for value in range(256)])
    column = Image.new("L", (1, height))
    column.putdata([int(255 * max(0.0, math.sin(math.pi * min(1.0, row / height / 0.62)))) for row in range(height)])
    mask = ImageChops.multiply(mask, column.resize((width, height)))
    return mask.filter(ImageFilter.GaussianBlur(height / 90))


def star_field(size: tuple[int, int], source: random.Random) -> Image.Image:
    """Small stars, fewer and dimmer towards the horizon."""
    stars = Image.new("RGB", size)
    pen = ImageDraw.Draw(stars)
    for _ in range(170):
        x, y = source.random() * size[0], source.random() ** 1.6 * size[1] * 0.6
        value = int(source.uniform(60, 215) * (1 - y / size[1]))
        radius = source.choice((0.4, 0.4, 0.7, 1.1))
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(value, value, value))
    return stars.filter(ImageFilter.GaussianBlur(0.6))


def vignette_of(size: tuple[int, int]) -> Image.Image:
    """A multiplier that darkens the corners a little, as a lens does."""
    wide = (int(size[0] * 1.25), int(size[1] * 1.25))
    edge = Image.radial_gradient("L").resize(wide, Image.Resampling.BICUBIC)
    left, top = (wide[0] - size[0]) // 2, (wide[1] - size[1]) // 2
    edge = edge.crop((left, top, left + size[0], top + size[1]))
    return edge.point([255 - int(62 * (value / 255) ** 2) for value in range(256)]).convert("RGB")


def stamp(frame: Image.Image, number: int) -> None:
    """Writes what it is and the timecode, small and half transparent, into the upper corners."""
    seconds, rest = divmod(number, FRAMES_PER_SECOND)
    words = f"00:00:{seconds:02d}:{rest:02d}"
    font = ImageFont.load_default(max(10, round(min(frame.size) * 0.026)))
    mask = Image.new("L", frame.size, 0)
    pen = ImageDraw.Draw(mask)
    pen.text((frame.width - 14, 12), words, fill=150, font=font, anchor="rt")
    pen.text((14, 12), "Sample footage", fill=210, font=font, anchor="lt")
    frame.paste((255, 255, 255), (0, 0), mask)


def blend(one: Color, other: Color, share: float) -> Color:
    """The color that lies `share` (0 to 1) of the way from one to the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def report(target: Path) -> None:
    """Says what was made, and how large it is."""
    sys.stdout.write(f"{target.name}: {target.stat().st_size / 1024:.0f} KB\n")


def _picture_codec(suffix: str) -> list[str]:
    if suffix == ".mov":
        return ["-c:v", "prores_ks", "-profile:v", "proxy", "-pix_fmt", "yuv422p10le", "-vendor", "apl0"]
    quality = ["-c:v", "libx264", "-preset", "veryslow", "-crf", "23", "-pix_fmt", "yuv420p", "-aq-mode", "3"]
    return [*quality, "-g", "24", "-movflags", "+faststart", "-shortest"]


if __name__ == "__main__":
    raise SystemExit(main())
