"""Facts about media files (kind, size, length) and fixing inputs that do not fit a model.

Decoding for the screen does not belong here: the window does that.
"""
