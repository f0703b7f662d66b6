"""Backup and restore of a profile, without its key and other secrets.

    watching    progress, cancellation, and the worker: one task at a time
    packing     writes a profile to one file, and verifies it before it gets its name
    unpacking   reads a backup's manifest, and extracts it with every byte verified
    restoring   builds the restored profile in a temporary folder, for a new profile or this one
    finishing   moves it into place at the next start, atomically
    backups     the engine's service, with the daily backups

All but `backups` block, and run in a worker or before the loop starts.

To add
- a file of the profile that a backup contains: `packing` and `restoring`; `domain/profiles` says where it is;
- a file that a restore writes outside of the profile: `leftovers`, so that it is removed if the restore is killed.
"""
