"""The windows for import and export."""
