"""The large view: one task's result over the list, with its takes, rated by key. Decisions are the view-model's."""
