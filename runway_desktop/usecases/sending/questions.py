"""The questions before tasks are sent. Pure."""

from __future__ import annotations

from runway_desktop.catalog.labels import endpoint_label
from runway_desktop.domain.prices import LikePrices, PriceSum
from runway_desktop.domain.profiles import title_of
from runway_desktop.domain.task import HoldCode, State, Task
from runway_desktop.services.tasks.submission import Ask, Intent, NewTasks, Prepared, Release, SendAgain
from runway_desktop.texts import Text, _, in_turn, ngettext, npgettext
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.requests.order import KeptInQueue, kept_text
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.account import open_words
from runway_desktop.usecases.words.holds import cap_sentence, cost_words
from runway_desktop.values import replace


def question_for(prepared: Prepared, above: float | None, *, is_raised: bool = False) -> Question | None:
    """All questions in one; None if there are none. `above`: credits that may be spent without a question. `is_raised`:
    the blocking cap will be raised too. A repeated press is not a question; its message is elsewhere (`Ask.REPEAT`)."""
    doubt = _doubt(prepared.intent) if Ask.MAY_BE_PAID_TWICE in prepared.asks else None
    other_key = _other_key(prepared, prepared.intent) if Ask.OTHER_KEY in prepared.asks else None
    money = _money(prepared, above, is_raised=is_raised)
    found = [question for question in (doubt, other_key, money) if question is not None]
    text = str(in_turn(*(question.text for question in found)))
    return replace(found[-1], text=text, prepared=prepared) if found else None


def _other_key(prepared: Prepared, intent: Intent) -> Question | None:
    if not isinstance(intent, Release):
        return None
    amount, others = len(intent.tasks), sum(not task.is_for(prepared.key) for task in intent.tasks)
    if others == amount:
        said = ngettext("It was queued with another key.", "They were queued with another key.", amount)
    else:
        said = ngettext("{n} of them was queued with another key.", "{n} of them were queued with another key.", others)
    payer = _(
        "The current key, of the profile “{profile}”, ends in {ending}. Its organization pays.",
        profile=title_of(prepared.payer.profile),
        ending=prepared.payer.ending,
    )
    return Question(
        ngettext("Send {n} task with another key?", "Send {n} tasks with another key?", amount),
        str(in_turn(said, payer)),
        _send(amount),
        _("Keep waiting"),
    )


def _send(amount: int) -> str:
    return ngettext("Send {n} task", "Send {n} tasks", amount)


def _money(prepared: Prepared, above: float | None, *, is_raised: bool) -> Question | None:
    asks, sum_ = prepared.asks, prepared.sum
    title, yes, text = "", _send(sum_.amount), []
    if Ask.ABOVE_LIMIT in asks and above is not None and Ask.LOW_BALANCE not in asks:
        title = ngettext(
            "Send {n} task for {price}?", "Send {n} tasks for {price}?", sum_.amount, price=cost_words(sum_)
        )
        dollars, limit = units.dollars(sum_.credits), units.credits_in_words(above)
        text.append(_("That's {dollars}. You are asked above {credits}.", dollars=dollars, credits=limit))
    if Ask.PRICE_UNKNOWN in asks:
        unpriced, said = _unpriced(sum_, is_more=Ask.ABOVE_LIMIT in asks)
        title = title if title and sum_.unknown < sum_.amount else unpriced
        text.append(said)
        if sum_.has_runs and sum_.unknown > 1:
            text.append(_("Runs of a workflow go one after the other until the first cost is known."))
        if sum_.like is not None and sum_.between is None:
            text.append(_like_words(sum_.like, sum_.unknown))
    if Ask.LOW_BALANCE in asks:
        short, of_all = _short(prepared), _("Together they cost {price}.", price=cost_words(sum_))
        return replace(short, text=str(in_turn(of_all if sum_.amount > 1 else "", *text, short.text)))
    if prepared.held_back is not None and Ask.OVER_CAP in asks and not is_raised:
        fit, kept = sum_.amount - prepared.kept, prepared.kept
        yes = kept_words(kept, sum_.amount)
        if fit:
            title = title or ngettext(
                "Send {n} task and queue {kept}?", "Send {n} tasks and queue {kept}?", fit, kept=kept
            )
        else:
            title = title or ngettext("Queue {n} task?", "Queue {n} tasks?", kept)
        text += [cap_sentence(prepared.held_back), _("What doesn't fit stays in the queue.")]
    return Question(title, str(in_turn(*text)), yes, _("Don't send")) if title else None


def _short(prepared: Prepared) -> Question:
    """About an order for which the balance does not suffice. Tasks that wait for credits already are sent once it does;
    others wait."""
    held, intent = prepared.held_back, prepared.intent
    said = cap_sentence(held) if held is not None else ""
    waited = intent.tasks if isinstance(intent, Release) else ()
    told = sum(task.id in prepared.unpaid and task.hold.code is HoldCode.CREDITS for task in waited)
    if told:
        title = ngettext("Send {n} task when the balance allows?", "Send {n} tasks when the balance allows?", told)
        then = _("By the expected price, they're sent without another question once there are credits.")
        return Question(title, str(in_turn(said, then)), _("Send when the balance allows"), _("Keep waiting"))
    yes = kept_text(KeptInQueue(held, prepared.kept, prepared.unpaid), prepared.sum.amount) if held is not None else ""
    # Translators: a question about what a button would do: "Send 4, keep 2?"
    title = _("{action}?", action=yes)
    then = _("What the balance doesn't cover waits for credits until you release it.")
    return Question(title, str(in_turn(said, then)), yes, _("Don't send"))


def kept_words(kept: int, amount: int) -> str:
    """Text of a button if some tasks stay queued: "Send 4, queue 2", or "Queue 6 tasks"."""
    if kept < amount:
        return _("Send {sent}, queue {kept}", sent=amount - kept, kept=kept)
    return ngettext("Queue {n} task", "Queue {n} tasks", kept)


def _unpriced(sum_: PriceSum, *, is_more: bool) -> tuple[str, str]:
    """Title and text if prices are known only after sending."""
    amount = sum_.amount
    if sum_.unknown == amount and sum_.between is not None:
        title = npgettext(
            "each",
            "Send {n} task for {price}?",
            "Send {n} tasks for {price} each?",
            amount,
            price=open_words(sum_.between),
        )
        return title, _("Runway reports the exact price after sending.")
    if sum_.unknown == amount:
        title = ngettext("Send {n} task at an unknown price?", "Send {n} tasks at an unknown price?", amount)
        if sum_.has_runs:
            return title, _("Runway tells what a run costs only after its end, up to an hour later.")
        return title, _("This price isn't known yet. Runway reports it after sending.")
    said = Text(
        "The price of {n} task is known only after sending.", "The price of {n} tasks is known only after sending."
    )
    if is_more:
        said = Text(
            "The price of {n} more task is known only after sending.",
            "The price of {n} more tasks is known only after sending.",
        )
    return ngettext("Send {n} task?", "Send {n} tasks?", amount), str(said.of(sum_.unknown))


def _like_words(like: LikePrices, amount: int) -> str:
    """The price range of similar requests: "Other models of “Text → video” cost 25 to 180 credits for this."."""
    endpoint, most = endpoint_label(like.endpoint), units.credits_in_words(like.most)
    if like.least < like.most:
        said = Text(
            "Other models of “{endpoint}” cost {low} to {high} for this.",
            "Other models of “{endpoint}” cost {low} to {high} each.",
        ).with_(low=units.number(like.least), high=most)
    else:
        said = Text(
            "Other models of “{endpoint}” cost {price} for this.", "Other models of “{endpoint}” cost {price} each."
        ).with_(price=most)
    return str(said.with_(endpoint=endpoint).of(amount))


def _doubt(intent: Intent) -> Question | None:
    match intent:
        case SendAgain():
            return Question(
                _("Send again?"),
                _(
                    "The first request got no answer, so it may have been created and charged already. Sending again "
                    "may be charged a second time."
                ),
                _("Send 1 task again"),
                _("Don't send"),
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
    amount, doubtful = len(olds), gone or sum(old.may_be_made or old.is_missed for old in olds)
    if gone:
        why = Text(
            "Runway no longer knows this task. With the key it was made with, a refresh may still find the result.",
            "Runway no longer knows {doubtful} of these tasks. With the key they were made with, a refresh may still "
            "find the results.",
        )
        cost = _("Sending again is charged again.")
    else:
        why = Text(
            "Runway may have created and charged this task already.",
            "Runway may have created and charged {doubtful} of these tasks already.",
        )
        cost = _("Sending again may be charged a second time.")
    return Question(
        ngettext("Send {n} task again?", "Send {n} tasks again?", amount),
        str(in_turn(why.of(amount).with_(doubtful=doubtful), cost)),
        ngettext("Send {n} task again", "Send {n} tasks again", amount),
        _("Don't send"),
    )


_SENT_WHILE = {
    HoldCode.COPIED: Text(
        "{n} queued task may have been sent from the original or a copy of this profile's folder.",
        "{n} queued tasks may have been sent from the original or a copy of this profile's folder.",
    ),
    HoldCode.RESTORED: Text(
        "{n} queued task may have been sent after the backup was made.",
        "{n} queued tasks may have been sent after the backup was made.",
    ),
}
_SENT_SOMEHOW = Text("{n} queued task may have been sent already.", "{n} queued tasks may have been sent already.")


def _maybe_sent_already(held: tuple[Task, ...]) -> Question | None:
    """Tasks queued when a backup was made or a folder was copied may have been sent since by the other copy."""
    doubtful = [task for task in held if task.may_be_sent_already]
    codes = {task.hold.code for task in doubtful}
    said = next((text for code, text in _SENT_WHILE.items() if code in codes), _SENT_SOMEHOW)
    return Question(
        ngettext("Send {n} task?", "Send {n} tasks?", len(held)),
        str(in_turn(said.of(len(doubtful)), _("Sending again may be charged a second time."))),
        _send(len(held)),
        _("Keep waiting"),
    )
