"""The demo's studio: two weeks of invented work, so that the first demo is a program in use and not an empty list.

Rooms: `script` (what was asked for and when: `resources/studio.json`), `history` (the script played on the simulated
organization and through the engine's own transitions, with a clock that is moved), `results` (the files: made by the
simulator, kept as the engine keeps them), `demo_state` (what a demo's folder begins with, and emptying it),
`furnishing` (all of it brought into an open list). Only the demo imports anything of it.
"""
