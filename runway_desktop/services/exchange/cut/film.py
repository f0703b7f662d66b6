"""One film of a cut by the person's ffmpeg: its arguments, and the order of its work.

Parts of a few cards are made first, each exactly as many frames as it has in the cut with as much sound, and are then
joined without encoding their pictures again: a graph with hundreds of inputs would hold as many decoders at once.
Nothing of prompts and files goes into the film's metadata.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from runway_desktop.domain.film.cut import Timeline, TimelineItem
from runway_desktop.services.disk.disk_steps import rename_exclusively, work_folder

_AT_ONCE = 16
"""Cards of a part."""
_SOUND = "aresample=48000:async=1:first_pts=0,aformat=channel_layouts=stereo"
Run = Callable[[Sequence[str], Callable[[float], bool]], None]
"""Runs ffmpeg with these arguments: `desktop.ffmpeg.run`."""


def part_arguments(items: Sequence[TimelineItem], timeline: Timeline, target: Path) -> list[str]:
    """What ffmpeg is called with for some cards of a cut. Pure."""
    inputs: list[str] = []
    graph: list[str] = []
    rate, (width, height) = timeline.rate, timeline.size
    fps, count = f"{rate.num}/{rate.den}", 0
    for number, item in enumerate(items):
        seconds = f"{item.frames * rate.den / rate.num:.9f}"
        sound = f"anullsrc=r=48000:cl=stereo,atrim=0:{seconds}"
        if item.path is None:
            graph.append(f"color=c=black:s={width}x{height}:r={fps},setsar=1,format=yuv420p")
        else:
            # A name is never a pattern or an option.
            inputs += ["-f", "image2", "-pattern_type", "none"] if item.is_still else ["-ss", f"{item.start:.6f}"]
            inputs += [] if item.is_still else ["-t", f"{item.length + rate.den / rate.num:.6f}"]
            inputs += ["-i", f"file:{item.path}"]
            graph.append(
                f"[{count}:v:0]setpts=PTS-STARTPTS,"
                f"scale={width}:{height}:force_original_aspect_ratio=decrease:force_divisible_by=2,"
                f"pad={width}:{height}:(ow-iw)/2:(oh-ih)/2,setsar=1,fps={fps}:start_time=0,format=yuv420p"
                # Of a still, and of a clip that ends a frame early.
                ",tpad=stop_mode=clone:stop=-1"
            )
            if item.has_sound:
                sound = f"[{count}:a:0]{_SOUND},apad,atrim=0:{seconds},asetpts=PTS-STARTPTS"
            count += 1
        graph[-1] += f",trim=end_frame={item.frames}[v{number}]"
        graph.append(f"{sound}[a{number}]")
    joined = "".join(f"[v{number}][a{number}]" for number in range(len(items)))
    graph.append(f"{joined}concat=n={len(items)}:v=1:a=1[v][a]")
    return [
        *inputs, "-filter_complex", ";".join(graph), "-map", "[v]", "-map", "[a]", "-map_metadata", "-1",
        "-c:v", "libx264", "-crf", "18", "-bf", "0", "-video_track_timescale", str(rate.num), "-c:a", "pcm_s16le",
        str(target),
    ]  # fmt: skip


def join_arguments(names: Path, timeline: Timeline, target: Path) -> list[str]:
    """What ffmpeg is called with to join the parts that `names` lists, with the lane of sound. Pure."""
    found = ["-f", "concat", "-i", str(names)]
    sound = "0:a:0"
    if timeline.sound is not None:
        found += ["-i", f"file:{timeline.sound.path}"]
        lane = f"[1:a:0]{_SOUND},volume={timeline.sound.gain_db:g}dB,apad,atrim=0:{timeline.seconds:.9f}[lane]"
        found += ["-filter_complex", f"{lane};[0:a:0][lane]amix=inputs=2:normalize=0:duration=first[a]"]
        sound = "[a]"
    return [
        *found, "-map", "0:v:0", "-map", sound, "-map_metadata", "-1", "-c:v", "copy", "-c:a", "aac", "-b:a", "192k",
        "-video_track_timescale", str(timeline.rate.num), "-movflags", "+faststart", "-f", "mp4", str(target),
    ]  # fmt: skip


def make_film(timeline: Timeline, target: Path, run: Run, told: Callable[[int], bool]) -> None:
    """Writes the film to `target`, which must not exist. `told` is called with the frames that are done, and says
    whether to go on. Blocks; raises what `run` raises, and leaves nothing then."""
    items = timeline.playing
    with work_folder(target.parent) as folder:
        parts = []
        for start in range(0, len(items), _AT_ONCE):
            some, part = items[start : start + _AT_ONCE], folder / f"{start}.mov"
            begin = some[0].at

            def goes_on(seconds: float, begin: int = begin) -> bool:
                return told(begin + timeline.rate.frames(seconds))

            run(part_arguments(some, timeline, part), goes_on)
            parts.append(part)
        names, film = folder / "parts.txt", folder / "film.mp4"
        names.write_text("".join(("ffconcat version 1.0\n", *(f"file {part.name}\n" for part in parts))), "utf-8")
        run(join_arguments(names, timeline, film), lambda _: told(timeline.frames))
        rename_exclusively(film, target)
