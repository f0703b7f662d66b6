"""The whole contract with an agent: each tool called, over stdio, in both eras, by the library's own client."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.permissions import Permission
from tests.rigs.film import PROJECT, with_picks
from tests.rigs.permits import LIBRARY_CLIENT, permit
from tests.rigs.profile_programs import Programs, programs_with, runway_with

pytest.importorskip("mcp.client")

from runway_desktop.mcp.tools import TOOLS
from tests.faults.agent_host import asked, host

PICTURE = {"promptText": "A fox", "ratio": "1024:1024"}


runway = runway_with("--speed", "200")
programs = programs_with()


class Agent:
    """Notes which tools it has called."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.called: set[str] = set()

    async def __call__(self, tool: str, **arguments: Any) -> dict[str, Any]:
        self.called.add(tool)
        return await asked(self._client, tool, **arguments)

    async def made(self, tool: str, **arguments: Any) -> str:
        """The id of the task that it makes, once its result is on the disk."""
        made = await self(tool, **arguments)
        assert (made["is_repeat"], made["decision"]) == (False, "allowance")
        waited = await self("wait", ids=[made["id"]], seconds=40)
        [task] = waited["tasks"]
        assert (waited["is_over"], task["status"]) == (True, "SUCCEEDED"), task
        assert Path(task["files"][0]["path"]).stat().st_size > 0
        return str(made["id"])


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_each_agent_tool_behaves_as_its_description_says(programs: Programs, mode: str, tmp_path: Path):
    await with_picks(programs.folder, tmp_path, 1)
    await permit(programs.folder, LIBRARY_CLIENT, Permission.ALLOWANCE, 10_000.0)
    async with host(programs, mode) as client:
        agent = Agent(client)
        endpoints = (await agent("runway_listModels"))["endpoints"]
        assert {"text_to_image", "image_to_video"} <= {one["endpoint"] for one in endpoints}
        before = (await agent("runway_getOrg"))["creditBalance"]
        price = await agent("estimate", endpoint="text_to_image", model="gemini_image3_pro", values=PICTURE)
        assert price["credits"] > 0

        picture = await agent.made("runway_generateImage", **PICTURE)
        clip = await agent.made("runway_generateVideo", promptImage=picture, ratio="1280:720", duration=5)
        # Their prices depend on lengths that nobody has measured yet: no allowance agrees to that.
        for tool, wanted in (
            ("runway_upscaleVideo", {"videoUri": clip}),
            ("runway_editVideo", {"videoUri": clip, "promptText": "At night"}),
            ("runway_generateAudio", {"promptText": "A fox barks"}),
        ):
            assert (await agent(tool, **wanted))["waits_for"] == "the person"
        values = {"ratio": "1280:720", "duration": 5}
        wish = {"endpoint": "text_to_video", "model": "gen4.5", "values": values, "request_id": "one"}
        made = await agent.made("create", prompt="A fox", **wish)

        went_on, again = [await agent("steps", project=PROJECT, step="2") for _ in range(2)]
        assert (went_on["price"]["would"], again["price"]["would"]) == ("send", "repeat")
        assert [task["id"] for task in again["tasks"]] == [task["id"] for task in went_on["tasks"]]

        found = await agent("runway_getTask", taskId=made)
        assert (found["status"], found["url"]) == ("SUCCEEDED", found["output"][0])
        assert (await agent("runway_refreshTaskUrl", taskId=made))["url"].startswith("http")
        plain, linked = await agent("get", id=made), await agent("get", id=made, links=True)
        assert ("url" in plain, "url" in linked) == (False, True)
        long = await agent("create", prompt="Long [seconds:36000]", **{**wish, "request_id": "two"})
        gone = await agent("runway_cancelTask", taskId=long["id"])
        assert gone["tasks"][0]["state"] == "cancelled"
        assert (await agent("runway_cancelTask", taskId=made))["tasks"][0]["state"] == "succeeded"
        assert (await agent("list", query="fox"))["total"] >= 3
        looked = (await agent("look", ids=[picture, clip]))["takes"]
        assert [(take["number"], take["id"], take["is_shown"]) for take in looked] == [
            (1, picture, True),
            (2, clip, True),
        ]
        assert (await agent("suggest", ids=[picture], reason="sharp"))["suggested"] == [picture]
        assert (await agent("runway_getOrg"))["creditBalance"] <= before
        assert agent.called == {tool.name for tool in TOOLS}
    assert len(programs.runway.accepted) in (4, 5), "what was canceled may have been sent before"
