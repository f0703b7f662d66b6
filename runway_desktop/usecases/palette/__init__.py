"""The palette without its window: what it offers, found by a few letters and ranked. Pure; raises nothing."""
