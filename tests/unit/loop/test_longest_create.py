"""The promises of `tests/unit/api/test_longest_create.py` on the loop that the program ships: time-outs are its timers
there."""

from tests.unit.api.test_longest_create import (
    test_a_create_ends_in_time_whatever_the_server_does,
    test_a_proxy_that_does_not_answer_is_not_waited_for_and_nothing_has_left,
    test_what_waits_for_its_turn_ends_in_time_too,
)

__all__ = [
    "test_a_create_ends_in_time_whatever_the_server_does",
    "test_a_proxy_that_does_not_answer_is_not_waited_for_and_nothing_has_left",
    "test_what_waits_for_its_turn_ends_in_time_too",
]
