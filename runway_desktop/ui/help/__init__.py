"""Help: what can be done in the room that one is in."""
