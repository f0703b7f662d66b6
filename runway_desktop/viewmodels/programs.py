"""The system's programs, by the names under which the window knows them. They are imported once one is wanted."""

from runway_desktop.services.applications import Application, Launch

__all__ = ["Application", "Launch"]
