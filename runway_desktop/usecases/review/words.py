"""What an answer to a review says, and what became of it, in words. Pure."""

from __future__ import annotations

from runway_desktop.domain.review import CHANGE_TAG, Answer, Need, Round, Said, SentClip, Settled
from runway_desktop.domain.task import Pick, Task
from runway_desktop.texts import Text, _, enumerated, ngettext
from runway_desktop.usecases.words.tasks import Fact, judgment_words
from runway_desktop.usecases.words.units import clock_time

DECISIONS = {"approve": Text("Approved"), "change": Text("Change", context="review"), "reject": Text("Rejected")}

_WAS = {
    ("approve", Pick.NONE): Text("was not picked"),
    ("approve", Pick.REJECT): Text("was rejected"),
    ("reject", Pick.PICK): Text("was picked: shot has no pick now"),
}


def read_words(answer: Answer) -> str:
    return ngettext("{name}’s answer read", "{name}’s {n} answers read", max(1, len(answer.clips)), name=answer.by)


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


def here_words(said: Said, one: Round, now: float) -> str:
    """What became of it, and on a second line how it was judged before; or what stands against it."""
    clip = one.clips[said.number]
    if said.is_open:
        return _need_words(said, clip, now)
    match said.settled:
        case Settled.KEPT:
            return _("Left as it was")
        case Settled.UNDONE:
            return _("Undone")
    match said.decision:
        case "approve":
            done = _("Picked") if clip.task_id in said.before else _("Stays picked")
        case "reject":
            done = _("Rejected") if clip.task_id in said.before else _("Stays rejected")
        case "change":
            done = _("tag {tag}", tag=CHANGE_TAG)
        case _:
            done = ""
    before = said.before.get(clip.task_id)
    was = str(_WAS.get((said.decision, before.pick), "")) if before is not None else ""
    return "\n".join(filter(None, (enumerated([done, _notes(len(said.comments))]), was)))


def _need_words(said: Said, clip: SentClip, now: float) -> str:
    at = clock_time(said.at, now) if said.at else ""
    other = _("take {number}", number=said.rival) if said.rival else _("another take")
    match said.need:
        case Need.REMOVED:
            return _("This take was removed: {time}", time=at) if at else _("This take is not in the list any more")
        case Need.PICKED:
            picked = _("You picked {take} after sending", take=other)
            return _("You picked it after sending") if said.rival is None else picked
        case Need.REJECTED:
            return _("You rejected it after sending")
    if said.rival is not None:
        return _("{name} approved {take}: {time}", name=said.by, take=other, time=at)
    if said.decision == "approve":
        return _("{name} rejected it: {time}", name=said.by, time=at)
    return _("{name} approved it: {time}", name=said.by, time=at)


def buttons_of(said: Said, clip: SentClip) -> tuple[str, str]:
    """The button that leaves what stands, and the one that does as the client said."""
    if said.need is Need.REMOVED:
        return _("Note on shot"), _("Restore take")
    if said.decision == "reject":
        return _("Keep pick"), _("Reject")
    return _("Keep take {n}", n=said.rival) if said.rival else _("Keep as it is"), _("Pick take {n}", n=clip.take)


def standing_words(before: Task, task: Task, one: Round, now: float) -> list[Fact]:
    """How a take is judged, before an answer and now, and when it was sent."""
    was, stands = (enumerated([judgment_words(it) or _("not judged"), _notes(len(it.marks))]) for it in (before, task))
    clips = ngettext("{n} clip", "{n} clips", len(one.clips))
    sent = enumerated((_("Round {n}", n=one.number), clock_time(one.sent_at, now), clips))
    return [Fact(_("Before"), was), Fact(_("Now"), stands), Fact(_("Sent"), sent)]


def _notes(amount: int) -> str:
    return ngettext("{n} note", "{n} notes", amount) if amount else ""
