"""The task list without a view: its lines, its columns, and the difference between two answers of the store.

Item models, roles and painting do not belong here.

To add
- a column: a record in `columns`; a group of the queue: `usecases/lane_lines`.
"""
