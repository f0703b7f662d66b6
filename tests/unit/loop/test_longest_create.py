"""How long a paid request may take on the loop that the program ships: time-outs are its timers there."""

from tests.rigs.longest_create_promises import *  # noqa: F403 - its tests
