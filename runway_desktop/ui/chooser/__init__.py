"""The chooser of endpoints and models: a popup over the composer."""
