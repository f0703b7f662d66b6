"""A script with the official SDK and without patience: it tries each wish again until it has an id, and writes that
down at once.

    python -m tests.benchmarks.impatient_sdk_child LOG SEED FIRST LAST

Its wishes go from FIRST to before LAST; those that the log has are done. Each try has a time-out of
`impatient_child.PATIENCE`, and the SDK's own two further tries. Where Runway is, and the key, are in the environment.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from runwayml import APIError, RunwayML

from tests.rigs.impatient_child import PATIENCE, wish


def main() -> None:
    log, chance = Path(sys.argv[1]), random.Random(int(sys.argv[2]))
    first, last = map(int, sys.argv[3:])
    done = {int(line.split()[0]) for line in log.read_text().splitlines()} if log.exists() else set()
    left = [number for number in range(first, last) if number not in done]
    chance.shuffle(left)
    client = RunwayML()
    with log.open("a") as ids:
        for number in left:
            while True:
                try:
                    task = client.text_to_image.create(
                        model="gen4_image", ratio="1280:720", prompt_text=wish(number)["prompt"],
                        timeout=chance.choice(PATIENCE),
                    )  # fmt: skip
                except APIError:
                    continue
                ids.write(f"{number} {task.id}\n")
                ids.flush()
                break


if __name__ == "__main__":
    main()
