"""A film of a project: the chain of steps by which its shots are made, the cut in which their picks play, timecode."""
