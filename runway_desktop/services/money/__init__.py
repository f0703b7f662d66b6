"""Prices, caps and spending.

Confirmations before spending are in `usecases.sending`.
"""
