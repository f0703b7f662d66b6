"""The inputs of a request on the screen: tiles, what can be done about one that does not fit, frames of clips."""
