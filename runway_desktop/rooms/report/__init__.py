"""The report of a problem: its text, to be read, saved or copied."""
