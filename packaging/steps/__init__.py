"""What ``dev.py`` does, one step a file. Standard library only: these run before anything is installed."""
