"""What must be asked before tasks are sent. Pure."""

from __future__ import annotations

from runway_desktop.usecases.question import Question
from runway_desktop.usecases.words import units


def sending_question(
    above: float | None, amount: int, credits: float, *, exact: bool = True, unknown: int = 0
) -> Question | None:
    """What to ask before `amount` tasks are sent for `credits` together, of which `unknown` ones have no price; None
    when it costs no more than the person wants to be asked about."""
    if above is None or credits <= above:
        return None
    tasks = units.count(amount, "task")
    sum_words = units.credits_in_words(credits)
    if unknown:
        sum_words = f"at least {sum_words}"
    elif not exact:
        sum_words = f"about {sum_words}"
    more = f" Of {units.count(unknown, 'more task')} the price is known only after sending." if unknown else ""
    return Question(
        f"Send {tasks} for {sum_words}?",
        f"That is {units.dollars(credits)}. You asked to be asked above {units.credits_in_words(above)}.{more}",
        f"Send {tasks}",
        "Do not send",
    )
