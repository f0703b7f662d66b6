"""The list of shortcuts, where keys can be changed."""
