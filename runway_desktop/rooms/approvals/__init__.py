"""The page *Requests*: what other programs ask for; the person approves, edits or refuses it."""
