"""The official SDK at the same work, as its own guide has it: create, then `wait_for_task_output`, all at once.

    python -m tests.benchmarks.sdk_child BASE_URL SECRET REQUESTS.json

Says "ready"; begins at the first line on its input; says "done" with the wall time at which it returned for each task,
by its id.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

from runwayml import AsyncRunwayML

from tests.benchmarks.children import say


def main() -> None:
    base_url, secret, requests = sys.argv[1:]
    asyncio.run(_run(AsyncRunwayML(api_key=secret, base_url=base_url), json.loads(Path(requests).read_text())))


async def _run(client: AsyncRunwayML, prompts: list[str]) -> None:
    ended: dict[str, float] = {}

    # The same request as `seeding.request` makes; the SDK's types want its words spelled out.
    async def wait(prompt: str) -> None:
        task = await client.text_to_video.create(model="gen4.5", prompt_text=prompt, ratio="1280:720", duration=5)
        await task.wait_for_task_output(timeout=None)
        ended[task.id] = time.time()

    say("ready")
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    async with client:
        await asyncio.gather(*map(wait, prompts))
    say("done", ended=ended)


if __name__ == "__main__":
    main()
