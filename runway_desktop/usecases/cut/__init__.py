"""The cut of a project: the picks in the order of the shots, what the person changed of that, and the ways out of the
program. `cuts.py` is what faces use. Nothing here sends or pays."""
