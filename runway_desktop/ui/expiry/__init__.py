"""The page *Not saved*: results that are not on this computer yet, and until when they can be saved."""
