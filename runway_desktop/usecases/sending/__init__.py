"""From a request to the queue: checks, price, questions, and the guard against a double press.

What happens to a queued task does not belong here: that is `services.tasks`.
"""
