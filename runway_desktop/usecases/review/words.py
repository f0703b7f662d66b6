"""What an answer to a review says, and what became of it, in words. Pure."""

from __future__ import annotations

from runway_desktop.domain.review import CHANGE_TAG, Answer, Need, Round, Said, SentClip, Settled
from runway_desktop.domain.task import Pick
from runway_desktop.texts import Text, _, enumerated, ngettext
from runway_desktop.usecases.words.units import clock_time

DECISIONS = {"approve": Text("Approved"), "change": Text("Change", context="review"), "reject": Text("Rejected")}


def read_words(answer: Answer) -> str:
    return ngettext("{name}’s answer read", "{name}’s {n} answers read", len(answer.clips), name=answer.by)


def undone_words(answer: Answer) -> str:
    return _("{name}’s answer undone.", name=answer.by)


def sum_words(answer: Answer) -> str:
    """ "3 approved, 2 changes, 2 rejected"."""
    said = [one.decision for one in answer.clips]
    counts = (
        Text("{n} approved", "{n} approved").of(said.count("approve")),
        Text("{n} change", "{n} changes").of(said.count("change")),
        Text("{n} rejected", "{n} rejected").of(said.count("reject")),
    )
    return enumerated(str(one) for one in counts if one.n)


def take_words(clip: SentClip) -> Text:
    if clip.shot:
        return Text("Shot {shot}, take {number}").with_(shot=clip.shot, number=clip.take)
    return Text("Take {number}").with_(number=clip.take)


def time_words(seconds: float) -> str:
    """ "00:02.1", as the client's page has it."""
    tenths = int(seconds * 10 + 0.001)
    return f"{tenths // 600:02}:{tenths // 10 % 60:02}.{tenths % 10}"


def here_words(said: Said, one: Round, now: float) -> str:
    """What became of it, or what stands against it."""
    clip = one.clips[said.number]
    if said.is_open:
        return _need_words(said, clip, now)
    match said.settled:
        case Settled.KEPT:
            return _("Left as it was")
        case Settled.UNDONE:
            return _("Undone")
    notes = ngettext("{n} note", "{n} notes", len(said.comments)) if said.comments else ""
    match said.decision:
        case "approve":
            done = _("Picked") if clip.task_id in said.before else _("Stays picked")
        case "reject":
            done = _("Rejected") if clip.task_id in said.before else _("Stays rejected")
        case "change":
            done = _("tag {tag}", tag=CHANGE_TAG)
        case _:
            done = ""
    was_picked = (
        said.decision == "reject" and clip.task_id in said.before and said.before[clip.task_id].pick is Pick.PICK
    )
    lost = _("was picked: shot has no pick now") if was_picked else ""
    return "\n".join(filter(None, (enumerated([done, notes]), lost)))


def _need_words(said: Said, clip: SentClip, now: float) -> str:
    is_itself = said.of == clip.task_id
    at = clock_time(said.at, now) if said.at else ""
    match said.need:
        case Need.REMOVED:
            return _("This take was removed: {time}", time=at) if at else _("This take is not in the list any more")
        case Need.PICKED:
            return _("You picked it after sending") if is_itself else _("You picked another take after sending")
        case Need.REJECTED:
            return _("You rejected it after sending")
    if not is_itself:
        return _("{name} approved another take: {time}", name=said.by, time=at)
    if said.decision == "approve":
        return _("{name} rejected it: {time}", name=said.by, time=at)
    return _("{name} approved it: {time}", name=said.by, time=at)


def buttons_of(said: Said, clip: SentClip) -> tuple[str, str]:
    """The button that leaves what stands, and the one that does as the client said."""
    if said.need is Need.REMOVED:
        return _("Note on shot"), _("Restore take")
    if said.decision == "reject":
        return _("Keep pick"), _("Reject")
    return _("Keep as it is"), _("Pick take {n}", n=clip.take)
