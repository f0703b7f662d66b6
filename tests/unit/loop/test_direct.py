"""The promises of `tests/unit/api/test_direct.py` on the loop that the program ships, whose sockets are Qt's."""

from tests.unit.api.test_direct import (
    test_a_kept_connection_that_the_server_has_closed_is_not_used_again,
    test_a_server_that_takes_nothing_is_given_up_in_time,
    test_an_answer_that_ends_with_its_connection_is_whole_however_late_it_is_read,
    test_what_is_larger_than_all_buffers_comes_whole_both_ways,
    test_what_is_larger_than_all_buffers_comes_whole_by_tls_too,
    test_what_nobody_reads_is_not_taken_without_end,
)

__all__ = [
    "test_a_kept_connection_that_the_server_has_closed_is_not_used_again",
    "test_a_server_that_takes_nothing_is_given_up_in_time",
    "test_an_answer_that_ends_with_its_connection_is_whole_however_late_it_is_read",
    "test_what_is_larger_than_all_buffers_comes_whole_both_ways",
    "test_what_is_larger_than_all_buffers_comes_whole_by_tls_too",
    "test_what_nobody_reads_is_not_taken_without_end",
]
