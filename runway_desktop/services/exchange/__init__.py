"""What goes out of the library and what comes into it: files, lists, ids of tasks, folders of results.

Everything is done in short trips to a worker, so that the window stays free, the person sees how far it is, and can
stop it between two of them.
"""
