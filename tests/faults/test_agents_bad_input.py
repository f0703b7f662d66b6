"""What an agent asks for and cannot have: a sentence that says what to do instead, and nothing is paid, though it may
spend."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.permissions import Permission
from tests.rigs.permits import LIBRARY_CLIENT, permit
from tests.rigs.profile_programs import Programs, programs_with, runway_with

pytest.importorskip("mcp.client")

from tests.faults.agent_host import asked, host

PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
IMAGE = {"promptText": "A fox", "ratio": "1280:720"}


runway = runway_with("--speed", "200")
programs = programs_with()


async def refused(client: Any, tool: str, arguments: dict[str, Any]) -> str:
    result = await client.call_tool(tool, arguments)
    assert result.is_error, result.content[0].text
    said = str(result.content[0].text)
    assert said.endswith("."), said
    assert "\n" not in said
    return said


def wish(**more: Any) -> dict[str, Any]:
    known = {"endpoint": "text_to_image", "model": "gen4_image", "values": IMAGE, "request_id": "one"}
    return {**known, **more}


def clip_of(picture: str) -> dict[str, Any]:
    return {"promptImage": picture, "ratio": "1280:720", "duration": 5, "model": "gen4_turbo"}


async def test_invalid_agent_call_costs_nothing_and_returns_advice(programs: Programs, tmp_path: Path):
    allowed, elsewhere = tmp_path / "allowed", tmp_path / "elsewhere"
    for folder in (allowed, elsewhere):
        folder.mkdir()
        (folder / "a.png").write_bytes(PNG)
    (allowed / "notes.png").write_text("no picture")
    (allowed / "out.png").symlink_to(elsewhere / "a.png")
    with (allowed / "large.png").open("wb") as large:
        large.write(PNG)
        large.truncate(400_000_000)
    await permit(programs.folder, LIBRARY_CLIENT, Permission.ALLOWANCE, 10_000.0, [str(allowed)])
    async with host(programs) as client:
        for tool, arguments, said in (
            ("create", wish(approve=True), "unknown field `approve`"),
            ("create", wish(values={**IMAGE, "seeed": 1}), "It takes "),
            ("create", wish(values={**IMAGE, "ratio": "1:1"}), "ratio"),
            ("create", wish(model="gen9"), "It has: "),
            ("create", wish(endpoint="text_to_dream"), "There are: "),
            ("create", wish(request_id="x" * 300), "At most 200 letters"),
            ("runway_generateVideo", clip_of(str(elsewhere / "a.png")), f"It may name files in {allowed}"),
            ("runway_generateVideo", clip_of(str(allowed / ".." / "elsewhere" / "a.png")), "It may name files in"),
            ("runway_generateVideo", clip_of(str(allowed / "out.png")), "It may name files in"),
            ("runway_generateVideo", clip_of(str(allowed / "none.png")), "cannot be read"),
            ("runway_generateVideo", clip_of(str(allowed / "a\0.png")), "cannot be read"),
            ("runway_generateVideo", clip_of(str(allowed / "notes.png")), "What counts is its content"),
            ("runway_generateVideo", clip_of(str(allowed / "large.png")), "At most "),
            ("runway_generateVideo", clip_of((allowed / "a.png").as_uri()), "Name the file by its path"),
            ("runway_generateVideo", clip_of("https://localhost/a.png"), "only known in this network"),
            ("runway_generateVideo", clip_of("https://127.0.0.1/a.png"), "only accepts links with a domain name"),
            ("runway_generateVideo", clip_of("https://192.168.1.4/a.png"), "only accepts links with a domain name"),
            ("runway_generateVideo", clip_of("https://[::1]/a.png"), "only accepts links with a domain name"),
        ):
            assert said in await refused(client, tool, arguments), arguments
        assert programs.runway.accepted == []
        made = await asked(client, "create", **wish())
        assert "Use a new one for a new wish" in await refused(client, "create", wish(values={**IMAGE, "seed": 1}))
        assert (await asked(client, "create", **wish()))["id"] == made["id"]
        waited = await asked(client, "wait", ids=[made["id"]], seconds=30)
        assert waited["tasks"][0]["state"] == "succeeded"
    assert len(programs.runway.accepted) == 1


async def test_agent_request_beyond_its_allowance_waits_for_approval_and_costs_nothing(programs: Programs):
    await permit(programs.folder, LIBRARY_CLIENT, Permission.ALLOWANCE, 1.0)
    async with host(programs) as client:
        made = await asked(client, "create", **wish())
        assert (made["state"], made["waits_for"]) == ("waiting_for_approval", "the person")
        assert not (await asked(client, "wait", ids=[made["id"]], seconds=0.5))["is_over"]
    assert programs.runway.accepted == []


@pytest.mark.parametrize(
    ("permission", "said"),
    [(Permission.READ, "Runway Desktop"), (Permission.REVOKED, "The person")],
    ids=["read only", "revoked"],
)
async def test_agent_without_permission_is_told_who_can_grant_it(permission: Permission, said: str, programs: Programs):
    await permit(programs.folder, LIBRARY_CLIENT, permission)
    async with host(programs) as client:
        assert said in await refused(client, "create", wish())
        assert said in await refused(client, "runway_generateImage", {**IMAGE, "model": "gen4_image"})
        if permission is Permission.REVOKED:
            for tool, arguments in (("list", {}), ("runway_getOrg", {}), ("runway_listModels", {})):
                assert said in await refused(client, tool, arguments)
        else:
            assert (await asked(client, "list"))["total"] == 0
    assert programs.runway.accepted == []
    assert programs.run("list", "--json")[1]["total"] == 0
