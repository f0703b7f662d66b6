"""The tour: drives the real window through its main job and takes a picture of each step.

Only `__main__` imports it. What the window needs to work does not belong here.
"""
