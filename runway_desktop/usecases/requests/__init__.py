"""Requests while they are put together: drafts, inputs, presets, prompt braces, and which model fits.

Sending does not belong here: that is `usecases.sending`.
"""
