"""Requests before they are sent: drafts, inputs, presets, braces in prompts, and which model fits.

Sending does not belong here: that is `usecases.sending`.

To add
- a text of the send button: `order`; what a cap does to it: `usecases/orders`;
- a text for a price that is still open: `choices`.
"""
