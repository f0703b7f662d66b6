"""The compare window: takes side by side, in step, judged by key."""
