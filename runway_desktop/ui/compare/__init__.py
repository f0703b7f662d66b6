"""The culling room: takes side by side, in step, judged by key."""
