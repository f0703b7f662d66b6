"""The palette: everything that can be done or gone to, found by a few letters. Pure: what is offered and how it is
ranked; any face can show it. Raises nothing."""
