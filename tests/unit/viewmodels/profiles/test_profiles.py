"""State of the profile switcher and of the windows for profiles, backup and restore."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from runway_desktop import texts
from runway_desktop.domain.account import Organization
from runway_desktop.domain.backups import Contents
from runway_desktop.domain.copies import Verdict
from runway_desktop.domain.errors import KeyRefused, SecretTrouble
from runway_desktop.domain.profiles import Color, Profile, name_problem
from runway_desktop.rooms.backup.model.backup import BackupModel
from runway_desktop.rooms.backup.model.restore import Into, RestoreModel, WhichResults
from runway_desktop.rooms.preferences.model.forms import KeptBackups
from runway_desktop.services.backup import finishing
from runway_desktop.services.backup.backups import name_of
from runway_desktop.services.backup.packing import LIGHT, PackOptions, pack
from runway_desktop.services.backup.watching import Watch
from runway_desktop.services.disk.profile_folders import demo_profile
from runway_desktop.services.profiles.profile_folders import Inside
from runway_desktop.services.tasks.after_restore import Restored
from runway_desktop.texts import pgettext
from runway_desktop.usecases.question import Phase
from runway_desktop.usecases.words.profiles import removal_question, restored_words
from runway_desktop.usecases.words.states import Tone
from runway_desktop.values import replace
from runway_desktop.viewmodels.profiles.new_profile import NewProfileForm
from runway_desktop.viewmodels.profiles.profile_list import ProfilesModel
from tests.rigs.desktop import Rig, after, until
from tests.rigs.profiles_on_disk import NOW, Made, a_profile
from tests.rigs.profiles_rig import ProfilesRig
from tests.rigs.pseudo import LANGUAGES

KEY = "key_" + "5a" * 64
WHEN = datetime.fromtimestamp(NOW)


def model_of(rig: Rig) -> ProfilesModel:
    return rig.models.profiles


async def listed(model: ProfilesModel) -> None:
    async with after(model.listed):
        model.refresh()


def form_of(rig: ProfilesRig) -> NewProfileForm:
    assert rig.engine.profiles is not None
    return NewProfileForm(rig.cases, rig.engine.profiles, rig.runner, ("Studio",), rig.owner)


def backup_of(rig: ProfilesRig) -> BackupModel:
    assert rig.engine.backups is not None
    return BackupModel(rig.cases, rig.engine.backups, rig.runner, rig.owner)


def restore_of(rig: ProfilesRig, path: Path, taken: tuple[str, ...] = ("Studio",)) -> RestoreModel:
    assert rig.engine.restores is not None
    return RestoreModel(rig.cases, rig.engine.restores, rig.runner, path, taken, rig.owner)


def packed(made: Made, path: Path, choice: PackOptions = LIGHT, profile: Profile | None = None) -> Path:
    pack(profile or made.profile, made.snapshots, path, choice, made.library, NOW, Watch())
    return path


async def test_single_unnamed_profile_is_not_mentioned(tmp_path: Path):
    made = await a_profile(tmp_path)
    nameless = replace(made.profile, name="Default")
    made = replace(made, profile=nameless, folders=replace(made.folders, main=nameless))
    async with ProfilesRig(tmp_path, made) as rig:
        model = model_of(rig)
        await listed(model)
        assert model.title == ""
        made.folders.create("Client A", Color.GREEN, "1a2b", 0.0)
        await listed(model)
        assert model.title == "Default"


async def test_default_profile_name_is_in_the_language_of_the_window(tmp_path: Path):
    made = await a_profile(tmp_path)
    nameless = replace(made.profile, name="Default")
    made = replace(made, profile=nameless, folders=replace(made.folders, main=nameless))
    made.folders.create("Client A", Color.GREEN, "1a2b", 0.0)
    texts.use(LANGUAGES["long"])
    try:
        async with ProfilesRig(tmp_path, made) as rig:
            model = model_of(rig)
            await listed(model)
            shown = pgettext("profile", "Default")
            assert shown != "Default"
            assert (model.title, model.name, [one.title for one in model.profiles()]) == (
                shown,
                shown,
                [shown, "Client A"],
            )
            assert model.current is not None
            assert model.current.name == "Default", "stored as it was"
            assert name_problem(shown, ["Default"]), "two profiles are never shown under one name"
    finally:
        texts.use(texts.Language())


async def test_profiles_are_listed_with_colors_and_the_demo_last(tmp_path: Path):
    made = await a_profile(tmp_path)
    demo = demo_profile(tmp_path / "demo", ("--demo",))
    made = replace(made, folders=replace(made.folders, demo=demo))
    made.folders.create("Client B", Color.RED, "1", 0.0)
    made.folders.create("Client A", Color.GREEN, "2", 0.0)
    async with ProfilesRig(tmp_path, made) as rig:
        model = model_of(rig)
        await listed(model)
        assert [(one.name, one.color, model.is_current(one)) for one in model.profiles()] == [
            ("Studio", Color.TEAL, True),
            ("Client A", Color.GREEN, False),
            ("Client B", Color.RED, False),
            ("Demo", demo.color, False),
        ]
        assert (model.title, model.initials, model.color) == ("Studio", "S", Color.TEAL)


async def test_empty_first_profile_is_not_listed(tmp_path: Path):
    made = await a_profile(tmp_path)
    other = made.folders.create("Client A", Color.GREEN, "1", 0.0)
    empty = replace(made.folders, main=replace(made.folders.main, folder=tmp_path / "empty"))
    async with ProfilesRig(tmp_path, replace(made, profile=other, folders=empty)) as rig:
        model = model_of(rig)
        await listed(model)
        assert [profile.name for profile in model.profiles()] == ["Client A"]


async def test_renamed_profile_is_signaled_at_once_and_stored(tmp_path: Path):
    made = await a_profile(tmp_path)
    made.folders.create("Client A", Color.GREEN, "1", 0.0)
    async with ProfilesRig(tmp_path, made) as rig:
        model = model_of(rig)
        await listed(model)
        assert "Another profile" in model.name_problem("client a")
        assert model.name_problem("Studio") == ""
        async with after(model.changed):
            model.rename("Atelier")
        model.recolor(Color.PINK)
        await until(lambda: model.color is Color.PINK)
        assert model.title == "Atelier"
        assert made.folders.again(made.profile).name == "Atelier"


async def test_profile_that_cannot_be_removed_says_why_and_others_ask_first(tmp_path: Path):
    made = await a_profile(tmp_path)
    other = made.folders.create("Client A", Color.GREEN, "1", 0.0)
    async with ProfilesRig(tmp_path, made) as rig:
        model = model_of(rig)
        model.ask_to_remove(made.profile)
        await until(lambda: rig.told)
        assert "open in this window" in rig.told[0]
        async with after(model.removal_asked) as asked:
            model.ask_to_remove(other)
        assert asked[0][1].yes == "Remove “Client A”"
        assert other.folder.is_dir()
        model.remove(other)
        await until(lambda: len(rig.told) == 2)
        assert rig.told[1] == "“Client A” was moved to the trash."
        assert rig.trash.thrown == [other.folder]


def test_removal_question_lists_contents_and_consequences():
    profile = Profile(name="Client A", folder=Path("/p/a"), library=Path("/films/Client A"), key_name="k")
    contents = Contents(version="1.0", tasks=1_204, results=900, queued=12, sending=0, live=2, uncertain=1, sheets=0)
    asked = removal_question(profile, Inside(contents=contents, size=38_000_000))
    assert asked.title == "Remove the profile “Client A”?"
    for part in (
        "It has 1,204 tasks, 12 not sent yet, 2 still at Runway, no longer followed and 1 uncertain.",
        "Its folder (38 MB) is moved to the trash.",
        "900 results in “Client A” stay.",
        "Its key is deleted",
    ):
        assert part in asked.text
    inside = removal_question(profile, Inside(contents=contents, size=1, results_inside=900))
    assert "with 900 results is moved" in inside.text
    assert "stay." not in inside.text
    assert "never opened" in removal_question(profile, Inside(contents=None, was_opened=False, size=9)).text
    assert "no readable list" in removal_question(profile, Inside(contents=None, size=9)).text


async def test_program_without_a_profile_folder_has_one_name_and_no_switcher(tmp_path: Path):
    async with Rig(tmp_path) as rig:
        model = model_of(rig)
        await listed(model)
        assert (model.title, model.profiles(), model.current) == ("", (), None)
        assert "no folder" in model.why_no_new_one


async def test_new_profile_is_created_with_a_key_accepted_by_runway(tmp_path: Path):
    async with ProfilesRig(tmp_path, await a_profile(tmp_path)) as rig:
        rig.runway.account = Organization(balance=812.0)
        form = form_of(rig)
        assert form.name_problem == ""
        assert "name" in form.reason
        form.set_name("Client A")
        form.set_color(Color.VIOLET)
        form.set_key(f' "{KEY}" ')
        async with after(form.made) as told:
            form.create()
        profile, problem = told[0]
        assert (profile.name, profile.color, problem) == ("Client A", Color.VIOLET, "")
        assert rig.parts.secrets.secrets[profile.key_name] == KEY
        assert form.key == ""
        assert "Its balance is 812 credits." in form.key_words


async def test_key_refused_by_runway_is_reported_and_no_profile_created(tmp_path: Path):
    made = await a_profile(tmp_path)
    async with ProfilesRig(tmp_path, made) as rig:
        rig.runway.then("organization", KeyRefused("Runway does not accept this key.", status=401))
        form = form_of(rig)
        form.set_name("Client A")
        form.set_key(KEY)
        form.create()
        await until(lambda: not form.busy)
        assert form.key_words.startswith("Runway does not accept this key.")
        assert form.key_tone is Tone.BAD
        assert [profile.name for profile in made.folders.all()] == ["Studio"]
        form.set_key("")
        async with after(form.made):
            form.create()


async def test_duplicate_name_and_malformed_key_are_reported_while_typing(tmp_path: Path):
    async with ProfilesRig(tmp_path, await a_profile(tmp_path)) as rig:
        form = form_of(rig)
        form.set_name("studio")
        assert form.name_problem == form.reason == "Another profile has this name."
        form.set_name("Client A")
        form.set_key("sk-123")
        assert "begins with key_" in form.reason
        form.create()
        assert not form.busy


async def test_new_profile_is_created_though_a_locked_keychain_keeps_no_key(tmp_path: Path):
    async with ProfilesRig(tmp_path, await a_profile(tmp_path)) as rig:
        rig.parts.secrets.trouble = SecretTrouble.LOCKED
        form = form_of(rig)
        form.set_name("Client A")
        form.set_key(KEY)
        async with after(form.made) as told:
            form.create()
        assert "Enter the key" in told[0][1]


async def test_new_profile_is_offered_an_unused_color(tmp_path: Path):
    async with ProfilesRig(tmp_path, await a_profile(tmp_path)) as rig:
        rig.made.folders.create("Client A", Color.BLUE, "1", 0.0)
        form = form_of(rig)
        await until(lambda: form.color is Color.GREEN)


async def test_backup_announces_its_size_and_reports_its_outcome(tmp_path: Path):
    made = await a_profile(tmp_path)
    (made.library / "Aurora" / "clip 2.mp4").unlink()
    async with ProfilesRig(tmp_path, made) as rig:
        model = backup_of(rig)
        assert "being checked" in model.reason
        await until(lambda: model.phase is Phase.READY)
        assert model.results_words == "Include 2 results, 14 kB"
        assert model.results_note == "1 result is not where it was saved, and is left out."
        assert model.posters_words == "Include 3 thumbnails, 24 B"
        small = model.size_words
        model.set_results(True)
        assert model.size_words != small
        target = tmp_path / "out" / "studio.zip"
        model.start(target)
        assert model.reason == "A backup is being created."
        await until(lambda: model.phase is Phase.DONE)
        assert model.report.startswith(f"Backed up to “studio.zip” in “{tmp_path / 'out'}”: ")
        assert "with 2 results" in model.report
        assert "Your key is not included." in model.report
        assert target.is_file()
        assert model.suggested().parent == target.parent
        assert model.suggested().name == f"Studio {date.fromtimestamp(rig.clock.now()).isoformat()}.zip"


async def test_canceled_backup_says_so_and_can_be_started_again(tmp_path: Path):
    async with ProfilesRig(tmp_path, await a_profile(tmp_path)) as rig:
        model = backup_of(rig)
        await until(lambda: model.phase is Phase.READY)
        target = tmp_path / "studio.zip"
        model.start(target)
        await until(lambda: rig.engine.workshop.is_busy)
        model.stop()
        await until(lambda: model.phase is Phase.READY)
        assert model.report == "Canceled. No file was left behind."
        assert not target.exists()
        model.start(target)
        await until(lambda: model.phase is Phase.DONE)


async def test_unwritable_folder_is_reported(tmp_path: Path):
    async with ProfilesRig(tmp_path, await a_profile(tmp_path)) as rig:
        model = backup_of(rig)
        await until(lambda: model.phase is Phase.READY)
        (tmp_path / "a file").write_text("")
        model.start(tmp_path / "a file" / "studio.zip")
        await until(lambda: model.problem)
        assert model.phase is Phase.READY
        assert "folder" in model.problem


async def test_restore_lists_its_contents_and_warns_of_paying_twice(tmp_path: Path):
    made = await a_profile(tmp_path)
    path = packed(made, tmp_path / "studio.zip", PackOptions(results=True))
    (made.library / "Aurora" / "clip 2.mp4").unlink()
    async with ProfilesRig(tmp_path, made) as rig:
        model = restore_of(rig, path)
        await until(lambda: model.phase is Phase.READY)
        assert model.of_words.startswith(f"“Studio” as of {WHEN.day} {WHEN:%B %Y}")
        assert model.holds_words == "6 tasks · 3 saved results · 1 sheet · 3 result files, 21 kB"
        assert model.may_pay_twice
        for part in (
            "1 task was queued then and may have been sent since. It is held until you release it.",
            "1 task was being sent. Whether it was created is uncertain.",
            "1 task was at Runway and is checked as before.",
            "Sending is paused after the restore.",
        ):
            assert part in model.warning
        assert model.results_words == "1 of 3 results is missing on this computer."
        assert model.put_back is WhichResults.MISSING
        assert model.put_back_words(WhichResults.MISSING) == "Save 1 missing result in the folder below (7 kB)"
        assert (model.into, model.name, model.color) == (Into.NEW, "Studio (restored)", Color.BLUE), (
            "not the open profile's color"
        )


async def test_profile_restored_as_new_has_the_given_name(tmp_path: Path):
    made = await a_profile(tmp_path)
    path = packed(made, tmp_path / "studio.zip", PackOptions(results=True))
    async with ProfilesRig(tmp_path, made) as rig:
        model = restore_of(rig, path)
        await until(lambda: model.phase is Phase.READY)
        model.set_name("Studio")
        assert model.reason == "Another profile has this name."
        model.set_name("Client A")
        assert model.library == str(tmp_path / "Videos Client A"), "the folder goes with the name"
        model.set_library("films")
        assert "full path" in model.reason
        model.set_library(str(tmp_path / "films"))
        model.set_put_back(WhichResults.ALL)
        model.set_name("Client B")
        async with after(model.made) as told:
            model.start()
        assert told[0].name == "Client B"
        assert (tmp_path / "films" / "Aurora" / "clip 0.mp4").is_file()
        assert str(told[0].folder) in model.report
        assert "without a key" in model.report


async def test_current_profile_is_replaced_only_at_the_next_start(tmp_path: Path):
    made = await a_profile(tmp_path)
    path = packed(made, tmp_path / "studio.zip")
    async with ProfilesRig(tmp_path, made) as rig:
        model = restore_of(rig, path)
        await until(lambda: model.phase is Phase.READY)
        model.set_into(Into.THIS)
        asked = model.question()
        assert asked.yes == "Replace and restart"
        assert "is backed up first" in asked.text
        before = made.profile.database.read_bytes()
        async with after(model.restart_wanted):
            model.start()
        assert finishing.is_waiting(made.profile)
        assert made.profile.database.read_bytes() == before


async def test_file_that_is_no_backup_offers_nothing(tmp_path: Path):
    (tmp_path / "x.zip").write_bytes(b"hello")
    async with ProfilesRig(tmp_path, await a_profile(tmp_path)) as rig:
        model = restore_of(rig, tmp_path / "x.zip")
        await until(lambda: model.problem)
        assert model.is_refused
        assert model.reason == model.problem
        model.start()
        assert model.phase is Phase.LOOKING


async def test_backup_of_the_demo_is_refused_at_once(tmp_path: Path):
    made = await a_profile(tmp_path)
    demo = replace(demo_profile(made.profile.folder, ("--demo",)), library=made.library)
    path = packed(made, tmp_path / "demo.zip", LIGHT, demo)
    async with ProfilesRig(tmp_path, made) as rig:
        model = restore_of(rig, path)
        await until(lambda: model.phase is Phase.READY)
        assert model.is_refused
        assert "backup of the demo" in model.problem


async def test_folder_can_be_searched_when_the_backup_has_no_files(tmp_path: Path):
    made = await a_profile(tmp_path)
    path = packed(made, tmp_path / "studio.zip")
    moved = (made.library / "Aurora").rename(tmp_path / "moved")
    async with ProfilesRig(tmp_path, made) as rig:
        model = restore_of(rig, path)
        await until(lambda: model.phase is Phase.READY)
        assert model.may_look_in
        assert [model.put_back_words(choice) for choice in WhichResults] == ["", "", ""]
        model.set_look_in(str(moved))
        async with after(model.made) as told:
            model.start()
        places = {output.path for output in made.snapshots.results(told[0].database)}
        assert str(moved / "clip 0.mp4") in places


async def test_daily_backups_are_listed_with_day_size_and_count(tmp_path: Path):
    made = await a_profile(tmp_path)
    async with ProfilesRig(tmp_path, made) as rig:
        today = date.fromtimestamp(rig.clock.now())
        kept = KeptBackups(rig.cases, rig.engine.backups, rig.runner, rig.owner)
        assert kept.words == "Checking…"
        async with after(kept.changed):
            kept.refresh()
        assert kept.words.startswith("None yet.")
        made.profile.backups.mkdir(exist_ok=True)
        (made.profile.backups / name_of(today)).write_bytes(b"x" * 4_000)
        (made.profile.backups / "before-restore-2026-01-01-120000.zip").write_bytes(b"x" * 1_000)
        async with after(kept.changed):
            kept.refresh()
        assert kept.words == (
            "Last backup: Today, 4 kB. 2 backups, 5 kB in total. 1 of them was created before a restore or by hand."
        )
        rig.engine.backups.trouble = "The disk is full."
        assert kept.trouble == "The last daily backup failed. The disk is full."


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({}, ""),
        ({"live": 2}, "2 tasks at Runway are checked."),
        (
            {"held": 1, "uncertain": 2},
            "1 task is held until you release it. 2 tasks are uncertain. Tasks sent after the backup was made would be "
            "paid for twice.",
        ),
        ({"before": "/b/before.zip"}, "What was here before is kept: /b/before.zip"),
        ({"live": 1, "before": "/b/old"}, "1 task at Runway is checked. The damaged list is kept: /b/old"),
    ],
)
def test_pending_decisions_are_listed_after_a_restore(numbers: dict[str, Any], said: str):
    message, detail = restored_words(Restored(made_at=NOW, **numbers))
    assert message.startswith("Restored the backup of ")
    assert message.endswith("Sending was paused.")
    assert detail == said


@pytest.mark.parametrize(
    ("copied", "held", "message", "detail"),
    [
        (
            Verdict.PUT_BACK,
            6,
            "This profile's folder was set back to an earlier state. Sending was paused.",
            "6 queued tasks are held, because they may have been sent already.",
        ),
        (
            Verdict.COPIED,
            1,
            "This profile's folder is a copy. Sending was paused.",
            "1 queued task is held, because it may have been sent already, or may be sent from the original.",
        ),
        (
            Verdict.OTHER_MACHINE,
            2,
            "This profile's folder comes from another computer. Sending was paused.",
            "2 queued tasks are held, because they may have been sent already, or may be sent from the original.",
        ),
        (
            Verdict.NOT_COUNTED,
            2,
            "Runway may have created tasks that aren't in this list. Sending was paused.",
            "2 queued tasks are held, because they may have been sent already.",
        ),
        (
            Verdict.UNKNOWN,
            1,
            "This profile's folder was copied or set back. Sending was paused.",
            "1 queued task is held, because it may have been sent already.",
        ),
    ],
)
def test_copied_profile_explains_why_tasks_wait(copied: Verdict, held: int, message: str, detail: str):
    assert restored_words(Restored(copied=copied, held=held, uncertain=1, live=1)) == (message, detail)
