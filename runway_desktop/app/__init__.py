"""How the program stands up and goes down: environment, wiring, lifecycle."""
