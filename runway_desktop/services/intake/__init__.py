"""Turns everything dropped, pasted or named on the command line into one value; what cannot be used is reported.

To add
- a kind of thing to drop: a module here; what is imported instead of used as an input: `Brought` in
  `services/exchange/exchange`.
"""
