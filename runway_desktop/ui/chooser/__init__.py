"""The chooser of endpoints and models: a panel over the composer."""
