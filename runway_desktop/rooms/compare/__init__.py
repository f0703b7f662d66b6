"""The compare window: takes side by side, played in step, rated by key."""
