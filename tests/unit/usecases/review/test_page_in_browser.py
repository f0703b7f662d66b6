"""The page in a browser: what its script makes of clicks is what the program reads."""

from __future__ import annotations

import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest

from runway_desktop.domain.media import Media
from runway_desktop.usecases.review.answer import Comment, Decision, decisions_in
from runway_desktop.usecases.review.page import PageClip, Wish, page

SAMPLE = Path(__file__).parents[4] / "resources" / "samples" / "sand-16x9-2s.mp4"
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
PATIENCE = 120
"""Seconds."""
ACTS = """<script>
function put(at, text) {
  cards[at].querySelector("form input").value = text;
  cards[at].querySelector("form button").click();
}
// Where the player stands is the browser's business, and when it gets there is a matter of the machine's load.
Object.defineProperty(media(cards[1]), "currentTime", { value: 1.25, writable: true });
document.addEventListener("DOMContentLoaded", () => {
  put(1, "Zu früh <b>猫</b>");
  document.querySelector("#by").value = "Jonas";
  cards[0].querySelector("[data-vote=approve]").click();
  cards[1].querySelector("[data-vote=reject]").click();
  cards[1].querySelector("[data-vote=change]").click();
  cards[2].querySelector("[data-vote=reject]").click();
  cards[2].querySelector("[data-vote=reject]").click();
  cards[2].querySelector("form input").value = "Not added yet";
  const told = JSON.stringify(answer()), made = document.createElement("pre");
  made.textContent = told + "\\n\\n" + mail() + "\\n\\n" + get("count").textContent;
  made.id = "made";
  document.body.append(made);
});
</script></body>"""


@pytest.mark.skipif(not BROWSER, reason="no Chromium is installed")
def test_what_is_clicked_in_the_page_is_read_here(tmp_path: Path) -> None:
    clips = [
        PageClip(name=f"0{number}0", sha256=f"{number:064}", path=SAMPLE, media=media, mime="video/mp4", duration=2.0)
        for number, media in ((1, Media.VIDEO), (2, Media.VIDEO), (3, Media.IMAGE))
    ]
    head = Wish(folder=tmp_path, title="Aurora spot, round 2")
    path = tmp_path / "page.html"
    path.write_text("".join(page(head, "r1", 1.0, clips)).replace("</body>", ACTS), "utf-8")
    words = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    ran = subprocess.run(
        [*words, "--virtual-time-budget=5000", "--dump-dom", path.as_uri()],
        capture_output=True, timeout=PATIENCE, check=True, text=True,
    )  # fmt: skip
    made = re.search(r'<pre id="made">(.*)</pre>', ran.stdout, re.DOTALL)
    assert made is not None
    told, mail = unescape(made[1]).split("\n\n", 1)
    found = decisions_in(told, "decisions.json")
    assert (found.round, found.by) == ("r1", "Jonas")
    assert found.clips == (
        Decision(number=0, sha256=f"{1:064}", decision="approve"),
        Decision(
            number=1, sha256=f"{2:064}", decision="change", comments=(Comment(at=1.25, text="Zu früh <b>猫</b>"),)
        ),
        Decision(number=2, sha256=f"{3:064}", comments=(Comment(at=0.0, text="Not added yet"),)),
    )
    assert decisions_in(mail, "mail").digest == found.digest
    assert "020: Change\n  00:01.2 Zu früh <b>猫</b>" in mail
    assert mail.endswith("2 of 3 decided")
