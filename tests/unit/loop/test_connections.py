"""The promises of `tests/unit/api/test_connections.py` on the loop that the program ships, whose sockets are Qt's."""

from tests.unit.api.test_connections import (
    test_a_kept_connection_that_the_server_has_closed_is_not_used_again,
    test_a_server_that_takes_nothing_is_given_up_in_time,
    test_an_answer_that_ends_with_its_connection_is_whole_however_late_it_is_read,
    test_by_tls_too_an_answer_that_ends_early_is_told_as_cut,
    test_by_tls_too_an_answer_that_ends_with_its_connection_is_whole,
    test_what_is_closed_here_before_its_end_is_no_whole_answer,
    test_what_is_larger_than_all_buffers_comes_whole_both_ways,
    test_what_is_larger_than_all_buffers_comes_whole_by_tls_too,
    test_what_nobody_reads_is_not_taken_without_end,
    test_who_is_canceled_in_the_last_moment_of_connecting_leaves_no_connection_behind,
)

__all__ = [
    "test_a_kept_connection_that_the_server_has_closed_is_not_used_again",
    "test_a_server_that_takes_nothing_is_given_up_in_time",
    "test_an_answer_that_ends_with_its_connection_is_whole_however_late_it_is_read",
    "test_by_tls_too_an_answer_that_ends_early_is_told_as_cut",
    "test_by_tls_too_an_answer_that_ends_with_its_connection_is_whole",
    "test_what_is_closed_here_before_its_end_is_no_whole_answer",
    "test_what_is_larger_than_all_buffers_comes_whole_both_ways",
    "test_what_is_larger_than_all_buffers_comes_whole_by_tls_too",
    "test_what_nobody_reads_is_not_taken_without_end",
    "test_who_is_canceled_in_the_last_moment_of_connecting_leaves_no_connection_behind",
]
