"""Everything that can be dropped, pasted or named on the command line, turned into one value. Nothing that comes in is
lost."""
