"""The demo's studio: two weeks of invented work, so that the first demo is a program in use and not an empty list.

    script        what was asked for and when (`resources/studio.json`)
    history       plays the script on the simulated organization and through the engine's transitions, by a moved clock
    results       the result files: made by the simulator, kept as the engine keeps them
    demo_state    what a demo's folder begins with, and emptying it
    furnishing    brings all of it into an open list

Only the demo imports it.
"""
