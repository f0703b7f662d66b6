"""Benchmarks of the program, each compared with a reference from the same run: `python -m tests.benchmarks`."""
