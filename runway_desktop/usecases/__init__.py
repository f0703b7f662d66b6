"""What can be done with the program from any face: window, script or agent. No Qt.

Checks, prices, questions, commands, the search language and all texts for people are here. What only one face needs
(item models, signals, painting) is not.
"""
