"""The life of a task: submission, queue, sending, polling, and what a person does to tasks.

Saving results does not belong here (`services.results`), nor does pricing (`services.money`).
"""
