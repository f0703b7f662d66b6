"""The questions before tasks are sent. Pure."""

from __future__ import annotations

from runway_desktop.catalog.labels import endpoint_label
from runway_desktop.domain.task import HoldCode, State, Task
from runway_desktop.services.money.pricing import LikePrices
from runway_desktop.services.tasks.submission import Ask, Intent, NewTasks, Prepared, Release, SendAgain
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.account import open_words
from runway_desktop.usecases.words.holds import cap_reason, cost_words
from runway_desktop.values import replace


def question_for(prepared: Prepared, above: float | None, *, is_raised: bool = False) -> Question | None:
    """All questions in one; None if there are none. `above`: credits that may be spent without a question. `is_raised`:
    the blocking cap will be raised too. A repeated press is not a question; its message is elsewhere (`Ask.REPEAT`)."""
    doubt = _doubt(prepared.intent) if Ask.MAY_BE_PAID_TWICE in prepared.asks else None
    other_key = _other_key(prepared, prepared.intent) if Ask.OTHER_KEY in prepared.asks else None
    money = _money(prepared, above, is_raised=is_raised)
    found = [question for question in (doubt, other_key, money) if question is not None]
    text = " ".join(question.text for question in found)
    return replace(found[-1], text=text, prepared=prepared) if found else None


def _other_key(prepared: Prepared, intent: Intent) -> Question | None:
    if not isinstance(intent, Release):
        return None
    others = sum(not task.is_for(prepared.key) for task in intent.tasks)
    amount, whose = units.count(len(intent.tasks), "task"), units.plural(others, "It was", "They were")
    if others < len(intent.tasks):
        whose = units.count(others, "of them was", "of them were")
    return Question(
        f"Send {amount} with another key?",
        f"{whose} queued with another key. The one in use now, of the profile “{prepared.payer.profile}”, ends in "
        f"{prepared.payer.ending}. Its organization pays.",
        f"Send {amount}",
        "Keep waiting",
    )


def _money(prepared: Prepared, above: float | None, *, is_raised: bool) -> Question | None:
    asks, sum_ = prepared.asks, prepared.sum
    tasks = units.count(sum_.amount, "task")
    title, yes, text = "", f"Send {tasks}", []
    if Ask.ABOVE_LIMIT in asks and above is not None:
        title = f"Send {tasks} for {cost_words(sum_)}?"
        text.append(f"That is {units.dollars(sum_.credits)}. You are asked above {units.credits_in_words(above)}.")
    if Ask.PRICE_UNKNOWN in asks:
        if sum_.unknown == sum_.amount and sum_.between is not None:
            title = f"Send {tasks} for {open_words(sum_.between)}{units.plural(sum_.amount, '', ' each')}?"
            text.append("Runway says the exact price once it is sent.")
        elif sum_.unknown == sum_.amount:
            title = f"Send {tasks} at an unknown price?"
            text.append("Nothing is known yet of what this costs. Runway says so once it is sent.")
        else:
            title = title or f"Send {tasks}?"
            more = units.count(sum_.unknown, "more task" if Ask.ABOVE_LIMIT in asks else "task")
            text.append(f"The price of {more} is known only after sending.")
        if sum_.like is not None and sum_.between is None:
            text.append(_like_words(sum_.like, sum_.unknown))
    if prepared.held_back is not None and asks & {Ask.OVER_CAP, Ask.LOW_BALANCE} and not is_raised:
        fit, kept = sum_.amount - prepared.kept, units.count(prepared.kept, "task")
        yes = f"Send {fit:,}, queue {prepared.kept:,}" if fit else f"Queue {kept}"
        title = title or (f"Send {units.count(fit, 'task')} and queue {prepared.kept:,}?" if fit else f"Queue {kept}?")
        why = cap_reason(prepared.held_back)
        text.append(f"{why[0].upper()}{why[1:]}. What does not fit waits in the queue.")
    return Question(title, " ".join(text), yes, "Do not send") if title else None


def _like_words(like: LikePrices, amount: int) -> str:
    """The price range of similar requests: "Other models of “Text → video” cost 25 to 180 credits for this."."""
    said = f"{units.number(like.least)} to " if like.least < like.most else ""
    what = units.plural(amount, "for this", "for each")
    return f"Other models of “{endpoint_label(like.endpoint)}” cost {said}{units.credits_in_words(like.most)} {what}."


def _doubt(intent: Intent) -> Question | None:
    match intent:
        case SendAgain():
            return Question(
                "Send it again?",
                "The first request got no answer, so it may have been made and charged already. Sending "
                "again may be charged a second time.",
                "Send 1 task again",
                "Do not send",
            )
        case NewTasks(tasks=tasks):
            return _retrying_doubtful([task.again_of for task in tasks if task.again_of is not None])
        case Release(tasks):
            return _maybe_sent_already(tasks)
        case _:
            return None


def _retrying_doubtful(olds: list[Task]) -> Question | None:
    """Tasks that Runway does not find any more may exist for another key. Tasks that Runway said it did not accept, and
    tasks of a restored list, may exist too."""
    gone = sum(old.state is State.GONE and not old.let_go for old in olds)
    amount, doubtful = units.count(len(olds), "task"), gone or sum(old.may_be_made or old.is_missed for old in olds)
    which = units.plural(len(olds), "this task", f"{doubtful:,} of these tasks")
    if gone:
        made_with = units.plural(len(olds), "With the key it was made with", "With the key they were made with")
        why = f"Runway no longer knows {which}. {made_with}, a refresh may still find the result. Sending again is "
        why += "charged again."
    else:
        why = f"Runway may have made and charged {which} already. Sending again may be charged a second time."
    return Question(f"Send {amount} again?", why, f"Send {amount} again", "Do not send")


def _maybe_sent_already(held: tuple[Task, ...]) -> Question | None:
    """Tasks queued when a backup was made or a folder was copied may have been sent since by the other copy."""
    doubtful = [task for task in held if task.may_be_sent_already]
    whose = units.plural(len(held), "It was", "They were")
    if len(doubtful) < len(held):
        whose = units.count(len(doubtful), "of them was", "of them were")
    codes = {task.hold.code for task in doubtful}
    if HoldCode.COPIED in codes:
        when = "when this profile's folder was copied"
    elif HoldCode.RESTORED in codes:
        when = "when the backup was made"
    else:
        when = "for a reason that this version does not know"
    amount = units.count(len(held), "task")
    return Question(
        f"Send {amount}?",
        f"{whose} waiting {when}, and may have been sent since, from this program or another copy of it. What was sent "
        "already is charged a second time.",
        f"Send {amount}",
        "Keep waiting",
    )
