"""The MCP tools: name, arguments, description, and the engine call that answers each.

Ten have the names and arguments of Runway's own MCP server, the others are verbs (`usecases/clients/verbs.py`). The
rules stand in each description, because some hosts ignore a server's instructions. Unknown arguments are errors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, cast

import msgspec
from msgspec import Meta

from runway_desktop.domain.account import MOST_CREDITS
from runway_desktop.domain.advance import POLL_GAP
from runway_desktop.domain.permissions import Act
from runway_desktop.usecases.clients import verbs
from runway_desktop.usecases.clients.verbs import VERBS, Verb
from runway_desktop.values import Struct, asdict, replace

Call = tuple[str, dict[str, Any]]
Found = dict[str, Any]

_ASIDE = {"runway_id", "createdAt", *(one.name for one in verbs.members(verbs.TaskWished))}
_WAITS = f"{verbs.APPROVED} A repeat within ten minutes is the same wish."

_AS_THERE = " Inputs as of create."


class Tool(verbs.Tool, frozen=True, kw_only=True):
    name: str
    says: str
    takes: type[Struct]
    gives: type[Struct] = verbs.TaskAnswer
    call: Callable[[Any], Call]
    """Converts the arguments to the engine call."""
    shape: Callable[[Found], Found] | None = None
    """Converts the answer to the tool's form."""
    reads: bool = True
    destroys: bool = False
    repeats: bool = True
    """Idempotent: repeating the call has no further effect."""

    @property
    def schema(self) -> Found:
        found = schema_of(self.takes)
        for name in self.hidden:
            del found["properties"][name]
        found["required"] += self.required
        if not found["required"]:
            del found["required"]
        return found

    @property
    def output_schema(self) -> Found:
        """The members by which a caller goes on, which an answer always has. Others are there, too."""
        always = (one.name for one in verbs.members(self.gives) if one.required)
        return {"type": "object", "required": [name for name in always if name not in _ASIDE]}

    def read(self, arguments: Found) -> Any:
        """The arguments as their struct. Raises msgspec.ValidationError."""
        found = msgspec.convert(arguments, self.takes)
        for name in set(self.hidden) & set(arguments):
            raise msgspec.ValidationError(f"Object contains unknown field `{name}`")
        for name in set(self.required) - set(arguments):
            raise msgspec.ValidationError(f"Object missing required field `{name}`")
        return found


def schema_of(struct: type[Struct]) -> Found:
    """JSON Schema of what a tool takes, as one object without references. Null and defaults that say nothing are left
    out."""
    _, parts = msgspec.json.schema_components([struct], ref_template="{name}")
    found: Found = _lean(parts[struct.__name__], parts)
    found.pop("description", None)
    return {**found, "additionalProperties": False}


def _lean(schema: Any, parts: Mapping[str, Any]) -> Any:
    match schema:
        case {"$ref": str(name)}:
            return _lean(parts[name], parts)
        case {"anyOf": [known, {"type": "null"}] | [{"type": "null"}, known]}:
            return _lean({**known, **{key: value for key, value in schema.items() if key != "anyOf"}}, parts)
        case dict():
            return {key: _lean(value, parts) for key, value in schema.items() if not _says_nothing(key, value)}
        case list():
            return [_lean(value, parts) for value in schema]
        case _:
            return schema


def _says_nothing(key: str, value: object) -> bool:
    match key:
        case "title" | "additionalProperties":
            return True
        case "default" | "minimum":
            return not value
        case "maximum":
            return cast(float, value) >= MOST_CREDITS
    return False


class Arguments(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """Spelled as by Runway's server."""


Prompt = Annotated[str, Meta(description="what to make")]
Ratio = Annotated[str, Meta(description="such as 1280:720")]
Model = Annotated[str, Meta(description="another model")]
Clip = Annotated[str, Meta(description="the video, an input")]


class OfTask(Arguments, frozen=True, kw_only=True):
    task_id: verbs.Id


class Reference(Arguments, frozen=True, kw_only=True):
    uri: Annotated[str, Meta(description="an input")]
    tag: Annotated[str | None, Meta(description="its @name in the prompt")] = None


References = Annotated[list[Reference], Meta(description="pictures to follow")]


class VideoWanted(Arguments, frozen=True, kw_only=True):
    prompt_image: Annotated[str, Meta(description="the first frame, an input")]
    prompt_text: Prompt | None = None
    ratio: Ratio | None = None
    duration: Annotated[float, Meta(description="seconds")] | None = None
    model: Model = "seedance2"


class ImageWanted(Arguments, frozen=True, kw_only=True):
    prompt_text: Prompt
    ratio: Ratio
    reference_images: References | None = None
    model: Model = "gemini_image3_pro"


class UpscaleWanted(Arguments, frozen=True, kw_only=True):
    video_uri: Clip
    model: Model = "magnific_video_upscaler_creative"


class EditWanted(Arguments, frozen=True, kw_only=True):
    prompt_text: Prompt
    video_uri: Clip
    ratio: Ratio | None = None
    reference_images: References | None = None
    model: Model = "aleph2"


class AudioWanted(Arguments, frozen=True, kw_only=True):
    prompt_text: Annotated[str, Meta(description="what to say")]
    voice: Annotated[dict[str, Any], Meta(description="as runway_listModels says of the model")] | None = None
    model: Model = "seed_audio"


class OrganizationAnswer(Struct, frozen=True, kw_only=True, rename="camel"):
    """In the form of Runway's own answer."""

    credit_balance: float
    tier: dict[str, Any]
    usage: dict[str, Any]


def _paid(name: str, says: str, takes: type[Arguments], endpoint: str, **renamed: str) -> Tool:
    """A tool that makes a task; `renamed`: arguments whose API name differs."""

    def call(asked: Arguments) -> Call:
        given = {key: value for key, value in msgspec.to_builtins(asked).items() if value is not None}
        model = given.pop("model")
        if isinstance(length := given.get("duration"), float) and length.is_integer():
            given["duration"] = int(length)
        values = {renamed.get(key, key): value for key, value in given.items()}
        return "create", {"endpoint": endpoint, "model": model, "values": values}

    return Tool(name=name, says=f"{says}{_WAITS}", takes=takes, call=call, reads=False, repeats=False)


def _get(name: str, says: str) -> Tool:
    return Tool(name=name, says=says, takes=OfTask, call=lambda asked: ("get", {"id": asked.task_id, "links": True}))


def _organization(found: Found) -> Found:
    """In the form of Runway's own answer."""
    models: Mapping[str, Found] = found["models"]
    return {
        "creditBalance": found["credits"],
        "tier": {
            "models": {
                name: {"maxConcurrentGenerations": one["at_once"], "maxDailyGenerations": one["daily_limit"]}
                for name, one in models.items()
            }
        },
        "usage": {"models": {name: {"dailyGenerations": one["daily_used"]} for name, one in models.items()}},
    }


def own(verb: Verb) -> Tool:
    """A verb as a tool."""
    offered = verb.tool or verbs.Tool()
    return Tool(
        **asdict(offered), name=verb.name, says=f"{verb.says}{offered.rules}", takes=verb.takes, gives=verb.gives,
        call=lambda asked: (verb.name, msgspec.to_builtins(asked)), reads=verb.needs is Act.READ,
    )  # fmt: skip


TOOLS = (
    replace(
        own(VERBS["models"]), name="runway_listModels",
        says=f"{VERBS['models'].says} Call it before choosing ratio or duration. Free.",
    ),
    _paid("runway_generateVideo", f"Generate a video from an image.{verbs.INPUTS}", VideoWanted, "image_to_video"),
    _paid(
        "runway_generateImage", f"Generate an image from a prompt and reference images.{_AS_THERE}", ImageWanted,
        "text_to_image",
    ),
    _paid("runway_upscaleVideo", f"Upscale a video to a higher resolution.{_AS_THERE}", UpscaleWanted, "video_upscale"),
    _paid(
        "runway_editVideo", f"Edit a video by a prompt.{_AS_THERE}", EditWanted, "video_to_video",
        referenceImages="references",
    ),
    _paid(
        "runway_generateAudio", "Generate speech from text. Other models than the default need a voice.", AudioWanted,
        "text_to_speech",
    ),
    _get(
        "runway_getTask",
        "Get a task: 'url' and saved 'files' if its status is SUCCEEDED, 'error' if FAILED; else ask again in "
        f"{POLL_GAP:g} seconds. Free.",
    ),
    _get(
        "runway_refreshTaskUrl",
        "Get a fresh download link of a finished task. Saved 'files' need none. Free.",
    ),
    Tool(
        name="runway_cancelTask",
        says="Cancel a task that waits or runs, if this program asked for it. What has finished is never deleted.",
        takes=OfTask, gives=verbs.CancelAnswer, call=lambda asked: ("cancel", {"ids": [asked.task_id]}),
        reads=False, destroys=True,
    ),
    Tool(
        name="runway_getOrg",
        says="Get the credit balance, each model's limits and what was used of them today. Free.",
        takes=verbs.Nothing, gives=OrganizationAnswer, call=lambda _: ("balance", {}), shape=_organization,
    ),
    *(own(verb) for verb in VERBS.values() if verb.tool is not None),
)  # fmt: skip
