"""What can be done about an input, by the names under which the window knows it. They are imported once there is
one."""

from runway_desktop.services.input_mending import FrameAt, Mend, MendKind

__all__ = ["FrameAt", "Mend", "MendKind"]
