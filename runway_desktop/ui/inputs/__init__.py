"""The inputs of a request: tiles, fixes for an input that does not fit, frames of clips."""
