"""Batch sheets: rows, cells, columns, their checks and texts, importing and exporting.

The table model does not belong here: that is `viewmodels.sheet`.

To add
- the text, the choices or the fix of a cell: `cell_texts`, `cell_values`, `mending`.
"""
