"""How fast the program is, each figure beside a reference of the same run: `python -m tests.benchmarks`."""
