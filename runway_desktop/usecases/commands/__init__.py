"""Commands for selected tasks: which are possible and why not, what to ask first, and carrying them out.

How a command is shown (menus, buttons, keys) does not belong here.
"""
