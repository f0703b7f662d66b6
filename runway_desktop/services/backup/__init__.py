"""Backup and restore of a profile, without its key and without anything that opens a door.

    watching    how far it is, calling it off, and where it is made, one at a time
    packing     a profile becomes one file, read back before it gets its name
    unpacking   what a file says it is, and taking it apart with every byte checked
    restoring   the parts are put together in a folder beside, for a new profile or for this one
    finishing   the next start puts them in their place, whole
    backups     the engine's door: one at a time, and the daily ones

Everything but `backups` blocks, and runs in a worker or before the loop.
"""
