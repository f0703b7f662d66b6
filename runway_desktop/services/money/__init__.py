"""Prices, caps and spending.

What is asked before a sum is spent does not belong here: that is `usecases.sending`.
"""
