"""One connection to its host on the loop that the program ships, whose sockets are Qt's."""

from tests.rigs.connection_promises import *  # noqa: F403 - its tests
