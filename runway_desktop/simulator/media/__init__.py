"""Makes the outputs: pictures and sounds drawn on request, clips from samples.

Nothing is stored: an output is made from its recipe each time it is asked for, byte for byte the same.
"""
