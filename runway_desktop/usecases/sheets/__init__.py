"""Batch sheets: rows, cells, columns, their checks and texts, importing and exporting.

The table that a view shows does not belong here: that is `viewmodels.sheet`.
"""
