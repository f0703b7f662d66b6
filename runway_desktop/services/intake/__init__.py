"""Everything that can be dropped, pasted or named on the command line, turned into one value. Nothing that comes in is
lost."""

from .gathered import CLIPBOARD, AssetDrop, Draft, Gathered, IntakeFinding
from .intake import Intake

__all__ = ["CLIPBOARD", "AssetDrop", "Draft", "Gathered", "Intake", "IntakeFinding"]
