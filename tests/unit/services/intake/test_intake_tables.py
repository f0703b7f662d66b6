"""Tables: columns by name, a request a row, a sentence at each cell that makes no sense."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from runway_desktop.catalog import Catalog, validate
from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.inputs import MediaFacts
from runway_desktop.services.intake.gathered import Gathered
from runway_desktop.services.intake.intake import Intake
from runway_desktop.services.intake.reading import Dropped
from runway_desktop.services.media.media_facts import probe
from tests.rigs.engine_rig import AtOnce
from tests.unit.services.intake.findings import all_findings

CATALOG = Catalog.load()
ID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.fixture
def table(tmp_path):
    """Writes a table, gathers it and gives what came of it."""

    async def table(text: str, name: str = "shots.csv", encoding: str = "utf-8", **more: Any) -> Gathered:
        path: Path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return await Intake(CATALOG, AtOnce()).gather(Dropped(paths=(path,)), **more)

    return table


@pytest.fixture
def fox(tmp_path):
    path = tmp_path / "fox.png"
    Image.new("RGB", (640, 480)).save(path)
    return path


def sentences(found: Gathered) -> list[str]:
    return [finding.message for finding in all_findings(found)]


async def test_table_row_becomes_a_request_with_typed_values(table):
    found = await table(
        "prompt,model,endpoint,ratio,duration,seed,project,shot\na fox,gen4.5,text_to_video,1280:720,5,42,Forest,S01\n"
    )
    [draft] = found.drafts
    assert (draft.endpoint, draft.model, draft.project, draft.shot, draft.row) == (
        "text_to_video", "gen4.5", "Forest", "S01", 2,
    )  # fmt: skip
    assert draft.values == {"promptText": "a fox", "ratio": "1280:720", "duration": 5, "seed": 42}
    pair = CATALOG.pair("text_to_video", "gen4.5")
    assert pair is not None
    assert validate(pair, draft.values) == ()
    assert not all_findings(found)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
async def test_table_cells_may_have_any_common_separator(table, delimiter):
    found = await table(delimiter.join(["prompt", "seed"]) + "\n" + delimiter.join(['"a, b; c"', "7"]))
    assert found.drafts[0].values == {"promptText": "a, b; c", "seed": 7}


async def test_table_separator_is_detected_by_columns_not_by_frequency(table):
    found = await table("prompt;seed;note\na, b, c, d;7;x, y\ne, f;8;z\n")
    assert [draft.values for draft in found.drafts] == [
        {"promptText": "a, b, c, d", "seed": 7},
        {"promptText": "e, f", "seed": 8},
    ]


async def test_numbers_with_a_decimal_comma_stay_as_typed(table):
    found = await table("prompt;duration\na fox;5,5\n")
    assert found.drafts[0].values == {"promptText": "a fox", "duration": "5,5"}
    assert any("“5,5”" in sentence for sentence in sentences(found))


async def test_ambiguous_thousands_separator_is_kept_as_typed_with_a_finding(table):
    found = await table("prompt;seed;duration\na fox;1.000;1_0\n")
    assert found.drafts[0].values == {"promptText": "a fox", "seed": "1.000", "duration": "1_0"}
    assert any("“1.000” can mean 1000 or 1. Enter one of these." in sentence for sentence in sentences(found))
    assert any("“1_0” is not a whole number." in sentence for sentence in sentences(found))


async def test_tsv_is_split_only_at_tabs(table):
    found = await table("prompt\tseed\na, b; c | d\t7", name="x.tsv")
    assert found.drafts[0].values == {"promptText": "a, b; c | d", "seed": 7}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
async def test_spreadsheet_table_with_a_byte_order_mark_is_read(table, encoding):
    assert (await table("Prompt\nFüchse", encoding=encoding)).drafts[0].values == {"promptText": "Füchse"}


@pytest.mark.parametrize(
    "header", ["PROMPT TEXT,Out put_Count", "prompt_text,output-count", "promptText,outputCount", "Prompt,Pictures"]
)
async def test_columns_are_matched_by_api_name_and_label_in_any_spelling(table, header):
    assert (await table(f"{header}\na fox,2")).drafts[0].values == {"promptText": "a fox", "outputCount": 2}


async def test_separator_line_of_a_spreadsheet_is_obeyed(table):
    found = await table("sep=;\nprompt;seed\na;x")
    assert found.drafts[0].values == {"promptText": "a", "seed": "x"}
    assert sentences(found) == ["shots.csv, row 3, seed: “x” is not a whole number."]


async def test_line_breaks_and_quotes_inside_quotes_belong_to_the_cell(table):
    found = await table('prompt,seed\n"a fox,\n""red""",1\nb,2\n')
    assert [draft.values["promptText"] for draft in found.drafts] == ['a fox,\n"red"', "b"]
    assert [draft.row for draft in found.drafts] == [2, 3]


async def test_missing_prompt_column_gets_a_finding(table):
    found = await table("ratio,seed\n1280:720,4")
    assert sentences(found) == [
        "shots.csv, row 1, prompt: There is no column named “prompt”. "
        "The first line names the columns, such as prompt, model, ratio, seed."
    ]
    assert found.drafts[0].values == {"ratio": "1280:720", "seed": 4}


async def test_duplicate_and_unknown_columns_get_a_finding_each_and_nothing_else_is_lost(table):
    found = await table("prompt,colar,Prompt,raito,seed\na,red,b,1:1,4")
    assert found.drafts[0].values == {"promptText": "a", "seed": 4}
    assert sentences(found) == [
        "shots.csv, row 1, colar: The column “colar” is unknown and was left out. Did you mean “colors”?",
        "shots.csv, row 1, Prompt: “prompt” and “Prompt” mean the same. The first one is used.",
        "shots.csv, row 1, raito: The column “raito” is unknown and was left out. Did you mean “ratio”?",
    ]


@pytest.mark.parametrize("title", ["Colors", "color", "colour", "Colours"])
async def test_color_column_is_matched_in_either_spelling(table, title: str):
    found = await table(f'prompt,{title}\na,"#112233, #445566"')
    assert sentences(found) == []


async def test_repeated_column_is_reported_as_repeated(table):
    assert (
        "There are two columns “seed”. The first one is used." in sentences(await table("prompt,seed,seed\na,1,2"))[0]
    )


async def test_table_without_a_header_gives_prompts_with_a_finding(table):
    found = await table("a red fox\na white fox")
    assert [draft.values["promptText"] for draft in found.drafts] == ["a red fox", "a white fox"]
    assert [draft.row for draft in found.drafts] == [1, 2]
    assert "names no column" in sentences(found)[0]


async def test_table_of_unknown_columns_is_no_request(table):
    found = await table("a,b\nc,d")
    assert not found.drafts
    assert "There is no column named “prompt”." in sentences(found)[-1]


@pytest.mark.parametrize(
    ("header", "cell", "kept", "said"),
    [
        ("seed", "x", "x", "seed: “x” is not a whole number."),
        ("seed", "1.5", 1.5, "seed: “1.5” is not a whole number."),
        ("duration", "long", "long", "duration: “long” is not a whole number."),
        ("cfgScale", "much", "much", "cfgScale: “much” is not a number."),
        ("grounding", "perhaps", "perhaps", "grounding: “perhaps” is neither yes nor no."),
    ],
)
async def test_cell_of_the_wrong_type_stays_unchanged_with_a_finding(table, header, cell, kept, said):
    found = await table(f"prompt,{header}\na,{cell}\nb,\n")
    assert found.drafts[0].values == {"promptText": "a", header: kept}
    assert sentences(found) == [f"shots.csv, row 2, {said}"]
    assert found.drafts[1].values == {"promptText": "b"}


@pytest.mark.parametrize(
    ("cell", "value"), [("5", 5), ("5.0", 5), ("5 s", 5), ("5 sec", 5), ("5 Seconds", 5), (" 5 ", 5), ("auto", "auto")]
)
async def test_numbers_are_parsed_as_people_write_them(table, cell, value):
    found = await table(f"prompt,duration\na,{cell}")
    assert found.drafts[0].values["duration"] == value
    assert not all_findings(found)


@pytest.mark.parametrize(("cell", "value"), [("yes", True), ("TRUE", True), ("off", False), ("0", False)])
async def test_switches_are_parsed_as_people_write_them(table, cell, value):
    assert (await table(f"prompt,audio\na,{cell}")).drafts[0].values["audio"] is value


async def test_blank_prompt_gets_a_finding_and_blank_rows_are_counted_but_skipped(table):
    found = await table("prompt,seed\na,1\n,\n\n  ,3\n")
    assert [draft.row for draft in found.drafts] == [2, 5]
    assert sentences(found) == ["shots.csv, row 5, prompt: The prompt is empty."]
    assert all_findings(found)[0].field == "prompt"


async def test_model_and_endpoint_are_matched_by_name_and_label(table):
    found = await table("prompt,model,endpoint\na,Gen-4.5,Text → video\nb,GEN4 turbo,\nc,act_two,\nd,nosuch,nothing")
    assert [(draft.endpoint, draft.model) for draft in found.drafts] == [
        ("text_to_video", "gen4.5"), ("image_to_video", "gen4_turbo"), ("character_performance", "act_two"),
        (None, None),
    ]  # fmt: skip
    assert sentences(found) == [
        "shots.csv, row 4, prompt: Act-Two takes no prompt, so it was left out.",
        "shots.csv, row 5, endpoint: There is no endpoint “nothing”.",
        "shots.csv, row 5, model: There is no model “nosuch”.",
    ]  # fmt: skip


async def test_model_missing_at_an_endpoint_gets_a_finding(table):
    found = await table("prompt,model,endpoint\na,act_two,text_to_video")
    assert "“text_to_video” does not have the model “act_two”. “" in sentences(found)[0]


async def test_setting_unknown_to_the_model_is_left_out_with_a_finding(table):
    found = await table("prompt,model,endpoint,scaleFactor\na,gen4.5,text_to_video,4")
    assert found.drafts[0].values == {"promptText": "a"}
    assert sentences(found) == ["shots.csv, row 2, scaleFactor: Gen-4.5 has no such setting, so it was left out."]


# Inputs.


@pytest.mark.parametrize("header", ["image", "First Frame", "picture", "promptImage", "start_frame"])
async def test_picture_beside_the_table_goes_to_the_field_of_the_model(table, fox, header):
    found = await table(f"prompt,model,{header}\na,gen4_turbo,fox.png")
    assert found.drafts[0].endpoint == "image_to_video"
    value = found.drafts[0].values["promptImage"]
    assert value in (fox.as_uri(), [{"uri": fox.as_uri(), "position": "first"}])
    pair = CATALOG.pair("image_to_video", "gen4_turbo")
    assert pair is not None
    assert not [finding for finding in validate(pair, found.drafts[0].values) if finding.path[:1] == ("promptImage",)]


async def test_first_and_last_frame_columns_set_their_positions(table, fox):
    both = next(
        pair for pair in CATALOG.pairs()
        if (field := pair.field("promptImage")) is not None and "last" in field.positions
    )  # fmt: skip
    found = await table(f"prompt,model,endpoint,last frame,first frame\na,{both.model},image_to_video,fox.png,fox.png")
    assert {item["position"] for item in found.drafts[0].values["promptImage"]} == {"first", "last"}


async def test_endpoint_missing_in_a_row_follows_from_its_model_and_input(table, tmp_path):
    for name in ("forest-4x3-5s.mp4", "effect-4s.mp3"):
        (tmp_path / name).write_bytes((resource("samples") / name).read_bytes())
    found = await table(
        "prompt,model,video,recording\na,aleph2,forest-4x3-5s.mp4,\n,eleven_voice_isolation,,effect-4s.mp3\n"
    )
    first, second = found.drafts
    assert first.endpoint == "video_to_video"
    assert (tmp_path / "forest-4x3-5s.mp4").as_uri() in first.values.values()
    assert second.endpoint == "voice_isolation"
    assert second.values == {"audioUri": (tmp_path / "effect-4s.mp3").as_uri()}


async def test_endpoint_of_the_composer_is_kept_where_the_input_fits(table, fox):
    found = await table("prompt,image\na,fox.png", prefer=("text_to_image", "gen4_image"))
    assert found.drafts[0].endpoint == "text_to_image"
    assert "referenceImages" in found.drafts[0].values


async def test_picture_and_clip_columns_fill_character_and_reference(table, fox, tmp_path):
    clip = tmp_path / "clip.mp4"
    clip.write_bytes((resource("samples") / "forest-4x3-5s.mp4").read_bytes())
    found = await table("model,image,video\nact_two,fox.png,clip.mp4")
    assert found.drafts[0].values == {
        "character": {"type": "image", "uri": fox.as_uri()}, "reference": {"type": "video", "uri": clip.as_uri()},
    }  # fmt: skip
    assert not all_findings(found)


async def test_audio_column_accepts_a_file(table, tmp_path):
    sound = tmp_path / "x.mp3"
    sound.write_bytes((resource("samples") / "effect-4s.mp3").read_bytes())
    found = await table("model,audio\neleven_voice_isolation,x.mp3")
    assert found.drafts[0].values == {"audioUri": sound.as_uri()}


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("none.png", "There is no file"),
        ("notes.txt", "“notes.txt” is not a picture, clip or sound."),
        ("http://x.example.com/a.png", "begins with http://"),
        ("https://127.0.0.1/a.png", "uses the address 127.0.0.1"),
        ("ftp://x.example.com/a.png", "not ftp://"),
        ("\\\\server\\share\\a.png", "Files on a network are not fetched."),
        (".", "is a folder"),
        ("gif.gif", "doesn't accept GIF files"),
        ("song.mp3", "takes no such input"),
    ],
)
async def test_unsuitable_input_gets_a_finding_at_its_cell(table, fox, tmp_path, cell, said):
    (tmp_path / "notes.txt").write_text("words")
    Image.new("RGB", (10, 10)).save(tmp_path / "gif.gif")
    (tmp_path / "song.mp3").write_bytes((resource("samples") / "effect-4s.mp3").read_bytes())
    found = await table(f"prompt,model,image\na,gen4_turbo,fox.png\nb,gen4_turbo,{cell}")
    first, second = found.drafts
    assert not first.findings
    assert second.values["promptText"] == "b"
    assert len(second.findings) == 1
    assert second.findings[0].message.startswith("shots.csv, row 3, image: ")
    assert said in second.findings[0].message
    assert second.findings[0].field == "image"


async def test_column_with_an_api_name_decides_the_endpoint(table, fox):
    found = await table("prompt,model,promptImage\na,gen4.5,fox.png\nb,,")
    assert [(draft.endpoint, draft.model) for draft in found.drafts] == [("image_to_video", "gen4.5"), (None, None)]
    assert found.drafts[0].values["promptImage"] == fox.as_uri()


async def test_links_in_cells_are_used_unchanged(table):
    found = await table("prompt,model,image\na,gen4_turbo,https://x.example.com/a.png")
    assert found.drafts[0].values["promptImage"] == "https://x.example.com/a.png"


async def test_each_file_of_a_table_is_read_once(table, fox, monkeypatch):
    from runway_desktop.services.intake import found_inputs

    looked: list[Path] = []

    def look(path: Path) -> MediaFacts | None:
        looked.append(path)
        return probe(path)

    monkeypatch.setattr(found_inputs, "probe", look)
    await table("prompt,model,image\n" + "a,gen4_turbo,fox.png\n" * 50)
    assert looked == [fox]


SPEECH = "eleven_multilingual_v2,text_to_speech"


async def test_voice_is_matched_by_the_name_of_its_preset(table):
    found = await table(f"prompt,model,endpoint,voice\nhello,{SPEECH},maya\nhi,{SPEECH},Nobody")
    assert found.drafts[0].values["voice"] == {"type": "runway-preset", "presetId": "Maya"}
    assert sentences(found) == ["shots.csv, row 3, voice: “Nobody” is unknown here."]


async def test_setting_with_several_parts_may_be_json(table):
    voice = '"{""type"": ""runway-preset"", ""presetId"": ""Maya""}"'
    found = await table(f"prompt,model,endpoint,voice\nhello,{SPEECH},{voice}\nx,{SPEECH},{{broken")
    assert found.drafts[0].values["voice"] == {"type": "runway-preset", "presetId": "Maya"}
    assert sentences(found) == ["shots.csv, row 3, voice: This is not valid JSON."]


async def test_prompt_goes_to_the_models_field_or_gets_a_finding(table):
    found = await table("prompt,model\nHello,gwm1_avatars\nHello,magnific_precision_upscaler_v2")
    first, second = found.drafts
    assert first.values == {"speech": {"type": "text", "text": "Hello"}}
    assert second.values == {}
    assert sentences(found) == ["shots.csv, row 3, prompt: Magnific Precision v2 takes no prompt, so it was left out."]


# Rows that are something else.


async def test_row_with_only_an_id_is_an_id(table):
    found = await table(f"id,prompt\n{ID},\n,a fox\nnonsense,\n{ID},a cat")
    assert found.remote_ids == (ID,)
    assert [draft.values["promptText"] for draft in found.drafts] == ["a fox", "a cat"]
    assert "“nonsense” is not a task ID." in sentences(found)[0]


async def test_row_with_too_many_cells_is_kept_with_a_finding(table):
    found = await table("prompt,seed\na fox, in the snow,4\nb,5")
    assert "more cells than the table has columns" in found.drafts[0].findings[-1].message
    assert found.drafts[1].values == {"promptText": "b", "seed": 5}


async def test_unclosed_quotation_mark_gets_a_finding(table):
    assert "A quotation mark is not closed" in sentences(await table('prompt,seed\n"a fox,4\nb,5'))[0]


async def test_oversized_cell_gets_a_finding_and_the_rest_is_kept(table):
    found = await table('prompt\n"' + "x" * 200_000 + '"\nb')
    assert "cannot be read" in sentences(found)[0]
    assert [draft.values["promptText"] for draft in found.drafts] == ["b"]


async def test_cells_copied_from_a_spreadsheet_are_read_as_a_table():
    found = await Intake(CATALOG, AtOnce()).gather(Dropped(text="Prompt\tSeed\na fox\t7\na cat\t8"))
    assert [draft.values for draft in found.drafts] == [
        {"promptText": "a fox", "seed": 7}, {"promptText": "a cat", "seed": 8},
    ]  # fmt: skip
