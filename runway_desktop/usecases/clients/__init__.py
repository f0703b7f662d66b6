"""What other programs of the same person may do with a profile: scripts through commands, agents through tools.

Offers less than `UseCases`: no account, settings, trash, backups or restores, and no answers to questions but those of
a person at a terminal.
"""
