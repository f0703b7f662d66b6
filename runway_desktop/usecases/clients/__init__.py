"""What other programs of the same person may do with a profile: scripts by the command line, agents by their tools.

A narrower value than `UseCases`: no account, settings, trash, backups or restores, and no answer to a question.
"""
