"""The activity pill and the list that it opens. No decisions: those are the view-model's."""
