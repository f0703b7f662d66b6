"""The batch sheet's window: a spreadsheet of requests, its dialogs, and the grid of results by axes."""
