"""Which key is which, without the key."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runway_desktop.domain.account import NO_KEY, fingerprint_of

KEY = "key_" + "0123456789abcdef" * 8


def test_key_fingerprint_is_the_same_in_every_run():
    assert fingerprint_of(KEY) == "189b34300b8caaca"


def test_surrounding_blanks_do_not_change_the_key_fingerprint():
    assert fingerprint_of(f" {KEY}\n") == fingerprint_of(KEY)


def test_missing_key_has_no_fingerprint():
    assert [fingerprint_of(word) for word in (None, "", "  ")] == [NO_KEY] * 3


@given(st.text(min_size=1).filter(str.strip), st.text(min_size=1).filter(str.strip))
def test_fingerprint_distinguishes_keys_and_reveals_nothing(one, other):
    mark = fingerprint_of(one)
    assert len(mark) == 16
    assert (mark == fingerprint_of(other)) == (one.strip() == other.strip())
