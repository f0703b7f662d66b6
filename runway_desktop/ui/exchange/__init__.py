"""The windows for what comes into the library and what goes out of it."""
