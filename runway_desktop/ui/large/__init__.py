"""The large view: one task's result over the list, with its takes, judged by key. No decisions: those are the
view-model's."""
