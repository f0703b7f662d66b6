"""The room Requests: what other programs ask for, approved, edited or refused by the person."""
