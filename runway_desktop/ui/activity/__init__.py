"""The activity pill and the list that it opens. Decisions are the view-model's."""
