"""The tour: drives the real window through its main job and leaves a picture of each step.

Nothing imports it but `__main__`. What the window needs to work does not belong here.
"""
