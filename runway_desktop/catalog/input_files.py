"""Rules for files as inputs: why a file is not accepted, as a sentence, and which converted copies would be. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from runway_desktop.domain.inputs import FixKind, FrameAt, InputFix, MediaFacts
from runway_desktop.domain.media import MEGABYTE, Delivery, Media, accepted_formats, largest
from runway_desktop.texts import Text, _, in_turn, listed, ngettext, number

from .assets import media_in_words
from .model import Field, Pair

MOST_PIXELS = 250_000_000
"""Larger pictures are not decoded: they would take more than a gigabyte of memory."""
COPY_SIDES = (4096, 2048, 1024)
"""Long sides, in pixels, of the copies offered for a picture that already fits."""
_READABLE = frozenset({"JPEG", "PNG", "WebP", "GIF", "TIFF", "BMP", "AVIF"})
_SAVED_AS = ("PNG", "JPEG", "WebP")
_LONGEST_SIDE = {"PNG": 1 << 20, "JPEG": 65_500, "WebP": 16_383}


def check_asset(facts: MediaFacts, field: Field, pair: Pair) -> str | None:
    """Why this file is not valid for `field` of `pair`, as a sentence; None if it is."""
    if facts.media not in field.media:
        wanted = media_in_words(field.media)
        kind = facts.media.kind.word
        if field.label.casefold() == wanted.casefold():
            return _("This is a {kind}. Add a {wanted}.", kind=kind, wanted=wanted)
        return _("This is a {kind}. “{field}” needs a {wanted}.", kind=kind, field=field.label, wanted=wanted)
    return general_problem(facts) or _length_problem(facts, field, pair) or _sides_problem(facts, field, pair)


def general_problem(facts: MediaFacts) -> str | None:
    """Why no model accepts such a file, as a sentence; None if some may. Not for `Media.OTHER`."""
    taken = [known.name for known in accepted_formats(facts.media)]
    if facts.format not in taken:
        return _("Runway doesn't accept {format} files, only {formats}.", format=facts.format, formats=listed(taken))
    if facts.size > (limit := largest(facts.media, Delivery.UPLOAD)):
        return _(
            "The file is {size}. Runway accepts up to {most} MB.", size=megabytes(facts.size), most=limit // MEGABYTE
        )
    if facts.media is Media.IMAGE and not facts.width:
        return _("The picture seems to be damaged: its size can't be read.")
    return None


def check_together(facts: Sequence[MediaFacts | None], field: Field, pair: Pair) -> str | None:
    """Why these files together are too long, although each is valid, as a sentence; None if they are not, or a length
    is unknown."""
    __, most = field.total_seconds
    lengths = [found.duration if found is not None else None for found in facts]
    if most is None or len(lengths) < 2 or None in lengths:
        return None
    together = sum(length for length in lengths if length is not None)
    # A tenth of a second for each, as for a single file.
    if together <= most + 0.1 * len(lengths):
        return None
    return _(
        "Together they last {together} s. {model} accepts up to {most} s in “{field}”.",
        together=number(together, 1, fixed=True),
        model=pair.label,
        most=most,
        field=field.label,
    )


def megabytes(size: int) -> str:
    """A size for people: "4.2 MB", "310 KB"."""
    if size < 1024:
        return ngettext("{n} byte", "{n} bytes", size)
    if size < MEGABYTE:
        return f"{number(size / 1024, 0)} KB"
    if size < 1024 * MEGABYTE:
        return f"{number(size / MEGABYTE, 1, fixed=True)} MB"
    return f"{number(size / MEGABYTE / 1024, 1, fixed=True)} GB"


def _length_problem(facts: MediaFacts, field: Field, pair: Pair) -> str | None:
    least, most = field.seconds
    __, most_together = field.total_seconds
    most = min((limit for limit in (most, most_together) if limit is not None), default=None)
    if facts.duration is None:
        return None
    # A clip's length is not exact to the frame; a tenth of a second is tolerated.
    if least is not None and facts.duration < least - 0.1:
        short = Text("It lasts {length} s. {model} needs at least {least} s.")
        return str(short.with_(length=number(facts.duration, 1, fixed=True), model=pair.label, least=least))
    if most is not None and facts.duration > most + 0.1:
        long = Text("It lasts {length} s. {model} accepts up to {most} s.")
        return str(long.with_(length=number(facts.duration, 1, fixed=True), model=pair.label, most=most))
    return None


def _sides_problem(facts: MediaFacts, field: Field, pair: Pair) -> str | None:
    if not facts.width or not facts.height:
        return None
    size = _size_words(facts.width, facts.height)
    if field.least_side is not None and min(facts.width, facts.height) < field.least_side:
        small = Text("It is {size}. {model} needs at least {least} pixels on each side.")
        return str(small.with_(size=size, model=pair.label, least=field.least_side))
    least, most = field.aspect
    shape = facts.width / facts.height
    if least is not None and shape < least * 0.995:
        tall = Text("It is {size}, too tall. {model} accepts width / height from {least}.")
        return str(tall.with_(size=size, model=pair.label, least=least))
    if most is not None and shape > most * 1.005:
        wide = Text("It is {size}, too wide. {model} accepts width / height up to {most}.")
        return str(wide.with_(size=size, model=pair.label, most=most))
    return None


def mends_for(facts: MediaFacts, field: Field) -> tuple[InputFix, ...]:
    """Fixes for a file that does not fit in `field`; empty if it fits, or cannot be fixed here."""
    kind = facts.media
    if kind.kind.has_frames and kind not in field.media and Media.IMAGE in field.media:
        return (
            InputFix(kind=FixKind.FRAME, text=_("Use its first frame"), format="PNG", at=FrameAt.FIRST),
            InputFix(kind=FixKind.FRAME, text=_("Use its last frame"), format="PNG", at=FrameAt.LAST),
            InputFix(kind=FixKind.FRAME, text=_("Choose a frame…"), format="PNG", at=FrameAt.CHOSEN),
        )
    if kind is not Media.IMAGE or kind not in field.media or not _can_decode(facts):
        return ()
    if facts.format not in _taken():
        return tuple(_saved_as(facts, form) for form in _SAVED_AS if _holds(form, facts))
    found: list[InputFix] = []
    if facts.size > (limit := largest(Media.IMAGE, Delivery.UPLOAD)):
        found += [_saved_as(facts, form) for form in ("JPEG", "WebP") if form != facts.format and _holds(form, facts)]
        # File size is roughly proportional to pixels; a tenth is kept as a margin.
        found.append(_scaled(facts, (0.9 * limit / facts.size) ** 0.5))
    found += _cropped(facts, field)
    if field.least_side is not None and 0 < (short := min(_sides(facts))) < field.least_side:
        found.append(_scaled(facts, field.least_side / short, remark=_("Larger, but not sharper.")))
    return tuple(found)


def copies_of(facts: MediaFacts) -> tuple[InputFix, ...]:
    """Optional smaller or converted copies of a picture that fits."""
    if facts.media is not Media.IMAGE or facts.format not in _taken() or not _can_decode(facts):
        return ()
    long_side = max(_sides(facts))
    found = [_scaled(facts, side / long_side) for side in COPY_SIDES if side < long_side]
    return (*found, *(_saved_as(facts, form) for form in _SAVED_AS if form != facts.format and _holds(form, facts)))


def _taken() -> frozenset[str]:
    return frozenset(known.name for known in accepted_formats(Media.IMAGE))


def _can_decode(facts: MediaFacts) -> bool:
    width, height = _sides(facts)
    return facts.format in _READABLE and 0 < width * height <= MOST_PIXELS


def _sides(facts: MediaFacts) -> tuple[int, int]:
    return facts.width or 0, facts.height or 0


def _holds(form: str, facts: MediaFacts) -> bool:
    """Whether a format can store a picture of that size."""
    return max(_sides(facts)) <= _LONGEST_SIDE[form]


def _remark(facts: MediaFacts, form: str, *more: str) -> str:
    first = _("Only its first picture is kept.") if facts.moving else ""
    white = _("Transparent areas become white.") if facts.see_through and form == "JPEG" else ""
    return str(in_turn(*more, first, white))


def _saved_as(facts: MediaFacts, form: str) -> InputFix:
    return InputFix(
        kind=FixKind.FORMAT,
        text=_("Save as {format}", format=form),
        format=form,
        remark=_remark(facts, form),
        size=_sides(facts),
    )


def _scaled(facts: MediaFacts, factor: float, remark: str = "") -> InputFix:
    width, height = (max(1, round(side * factor)) for side in _sides(facts))
    return InputFix(
        kind=FixKind.SCALE,
        text=_("Scale to {size}", size=_size_words(width, height)),
        format=facts.format,
        size=(width, height),
        remark=_remark(facts, facts.format, remark),
    )


def _cropped(facts: MediaFacts, field: Field) -> list[InputFix]:
    width, height = _sides(facts)
    least, most = field.aspect
    shape = width / height
    kept = None
    if most is not None and shape > most:
        kept = (int(height * most), height)
    elif least is not None and shape < least:
        kept = (width, int(width / least))
    if kept is None or min(kept) < 1:
        return []
    text = _("Crop to {size}", size=_size_words(*kept))
    remark = _remark(facts, facts.format, _("The center is kept."))
    return [InputFix(kind=FixKind.CROP, text=text, format=facts.format, crop=kept, size=kept, remark=remark)]


def _size_words(width: int, height: int) -> str:
    return f"{width} × {height}"
