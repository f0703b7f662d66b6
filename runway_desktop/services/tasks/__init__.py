"""The life of a task: submission, queue, sending, polling, and the person's actions on tasks.

Results are saved in `services.results`; prices are computed in `services.money`.
"""
