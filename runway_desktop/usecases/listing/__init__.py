"""The task list without a view: lines of the list, and what changed between two answers of the store.

Item models, roles and painting do not belong here.
"""
