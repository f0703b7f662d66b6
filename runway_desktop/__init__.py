"""Runway Desktop: drop prompts, watch the tasks live, keep the results.

The rooms, from the top down: ``__main__``, ``app``, ``ui``, ``viewmodels``, then ``services``, ``api``, ``store``,
``keychain`` and ``simulator`` side by side, then ``catalog`` and ``domain``. Imports point down only.
"""

__version__ = "0.1.0"
