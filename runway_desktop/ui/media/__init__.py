"""Shows results: clips, pictures and sound, always from their saved files and never from a link.

To add
- a kind of media: a module of `kinds/` and its line in `kinds/kinds.py`;
- a decoder that may be slow or hang: a process of its own, like `strip_child`.
"""
