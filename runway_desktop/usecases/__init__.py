"""What can be done with the program, whoever asks: a person at the window, a script, an agent. No Qt.

Checks, prices, questions, commands, the search language and all texts that people read stand here. What only one
face needs (item models, signals, painting) does not.
"""
