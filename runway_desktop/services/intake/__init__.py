"""Everything that can be dropped, pasted or named on the command line, turned into one value. Nothing that comes in is
lost."""

from .gathered import CLIPBOARD, AssetDrop, Draft, Gathered, IntakeFinding
from .inputs import FoundInput
from .intake import Intake
from .reading import Dropped

__all__ = ["CLIPBOARD", "AssetDrop", "Draft", "Dropped", "FoundInput", "Gathered", "Intake", "IntakeFinding"]
