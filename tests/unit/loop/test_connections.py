"""One connection to a host on the program's own event loop, whose sockets are Qt's."""

from tests.rigs.connection_promises import *  # noqa: F403 - its tests
