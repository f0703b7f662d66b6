"""What becomes of paid tasks when the world fails: `dev.py faults` prints the table that `docs/reliability.md` keeps.

    scene       the stage of one try: simulator, proxy, clock, a profile's folder, the whole engine; and the count of it
    records     the faults of Runway, network and clock, one record each
    machine     those of disks, lists of tasks and keychains
    elsewhere   the simulator in a process of its own
    lives       the engine on the program's own loop in a child process, which is killed
    alone       what is no try of that kind: the SDK beside it, many ids at once, many ends at once, a soak
    __main__    runs them and prints the table

Made, doubled and lost are counted in the simulator's journal, which knows what no client knows; never in the engine's
own counters.
"""
