"""Facts about media files (kind, size, length), and fixes of inputs that do not fit a model.

The window decodes media for display.
"""
