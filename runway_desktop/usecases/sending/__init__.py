"""The way of a request into the queue: checks, price, questions, and the guard against a double press.

What happens after a task is queued does not belong here: that is `services.tasks`.
"""
