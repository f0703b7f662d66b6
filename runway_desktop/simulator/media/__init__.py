"""What the outputs are made of: pictures and sounds drawn on request, clips from samples.

Nothing is held: an output is made again from its recipe each time it is asked for, byte for byte the same.
"""
