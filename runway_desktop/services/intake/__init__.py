"""Turns everything dropped, pasted or named on the command line into one value; what cannot be used is reported."""
