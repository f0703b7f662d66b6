"""The MCP tools: name, arguments, description, and the engine call that answers each.

Ten have the names and arguments of Runway's own MCP server, the others are verbs (`usecases/clients/verbs.py`). The
rules stand in each description, because some hosts ignore a server's instructions. Unknown arguments are errors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec

from runway_desktop.domain.advance import POLL_GAP
from runway_desktop.domain.permissions import Act
from runway_desktop.usecases.clients import verbs
from runway_desktop.usecases.clients.verbs import VERBS, Verb
from runway_desktop.values import Struct

Call = tuple[str, dict[str, Any]]
Found = dict[str, Any]

_CAPITAL = re.compile("([A-Z])")
_WAITS = f"{verbs.APPROVED} Trying again? The same arguments within ten minutes are taken for the same wish."


class Tool(Struct, frozen=True, kw_only=True):
    name: str
    says: str
    takes: type[Struct]
    call: Callable[[Any], Call]
    """Converts the arguments to the engine call."""
    required: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    shape: Callable[[Found], Found] | None = None
    """Converts the answer to the tool's form."""
    reads: bool = True
    destroys: bool = False
    repeats: bool = True
    """Idempotent: repeating the call has no further effect."""
    has_files: bool = False
    """Its result files are also returned as resource links."""

    @property
    def title(self) -> str:
        """ "Generate video"."""
        return _CAPITAL.sub(r" \1", self.name.removeprefix("runway_")).capitalize()

    @property
    def schema(self) -> Found:
        found = schema_of(self.takes)
        for name in self.hidden:
            del found["properties"][name]
        found["required"] = [*found.get("required", ()), *self.required]
        return found

    def read(self, arguments: Found) -> Any:
        """The arguments as their struct. Raises msgspec.ValidationError."""
        found = msgspec.convert(arguments, self.takes)
        for name in set(self.hidden) & set(arguments):
            raise msgspec.ValidationError(f"Object contains unknown field `{name}`")
        for name in set(self.required) - set(arguments):
            raise msgspec.ValidationError(f"Object missing required field `{name}`")
        return found


def schema_of(takes: type[Struct]) -> Found:
    """JSON Schema of a struct, as one object without references."""
    _, parts = msgspec.json.schema_components([takes], ref_template="{name}")
    found: Found = _inlined(parts[takes.__name__], parts)
    found.pop("title", None)
    return found


def _inlined(schema: Any, parts: Mapping[str, Any]) -> Any:
    match schema:
        case {"$ref": str(name)}:
            return _inlined(parts[name], parts)
        case dict():
            return {key: _inlined(value, parts) for key, value in schema.items()}
        case list():
            return [_inlined(value, parts) for value in schema]
        case _:
            return schema


class Arguments(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """Spelled as by Runway's server."""


class Nothing(Arguments, frozen=True, kw_only=True):
    pass


class OfTask(Arguments, frozen=True, kw_only=True):
    task_id: str


class Reference(Arguments, frozen=True, kw_only=True):
    uri: str
    tag: str | None = None


class VideoWanted(Arguments, frozen=True, kw_only=True):
    prompt_image: str
    prompt_text: str | None = None
    ratio: str | None = None
    duration: float | None = None
    model: str = "seedance2"


class ImageWanted(Arguments, frozen=True, kw_only=True):
    prompt_text: str
    ratio: str
    reference_images: list[Reference] | None = None
    model: str = "gemini_image3_pro"


class UpscaleWanted(Arguments, frozen=True, kw_only=True):
    video_uri: str
    model: str = "magnific_video_upscaler_creative"


class EditWanted(Arguments, frozen=True, kw_only=True):
    prompt_text: str
    video_uri: str
    ratio: str | None = None
    reference_images: list[Reference] | None = None
    model: str = "aleph2"


class AudioWanted(Arguments, frozen=True, kw_only=True):
    prompt_text: str
    voice: dict[str, Any] | None = None
    model: str = "seed_audio"


def _making(endpoint: str, asked: Arguments, /, **renamed: str) -> Call:
    """The call for a create; `renamed`: arguments whose API name differs."""
    values = {name: value for name, value in msgspec.to_builtins(asked).items() if value is not None}
    model = values.pop("model")
    for name in set(renamed) & set(values):
        values[renamed[name]] = values.pop(name)
    if isinstance(length := values.get("duration"), float) and length.is_integer():
        values["duration"] = int(length)
    return "create", {"endpoint": endpoint, "model": model, "values": values}


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


_paid = partial(Tool, reads=False, repeats=False)
_OF_RUNWAY = (
    Tool(
        name="runway_listModels",
        says="Lists what Runway can make: each endpoint with its models, and for each model the fields that it takes, "
        "which are required, and their valid values. Call it before choosing a ratio or a duration. Free.",
        takes=Nothing,
        call=lambda _: ("models", {}),
    ),
    _paid(
        name="runway_generateVideo",
        says="Generate a video from an image. The default model is seedance2; valid ratio and duration depend on the "
        f"model, see runway_listModels.{verbs.INPUTS}{_WAITS}",
        takes=VideoWanted,
        call=lambda asked: _making("image_to_video", asked),
    ),
    _paid(
        name="runway_generateImage",
        says="Generate an image from a prompt and optional reference images, each with a tag that the prompt names. "
        "The default model is gemini_image3_pro; valid ratios depend on the model, see runway_listModels."
        f"{verbs.INPUTS}{_WAITS}",
        takes=ImageWanted,
        call=lambda asked: _making("text_to_image", asked),
    ),
    _paid(
        name="runway_upscaleVideo",
        says=f"Upscale a video to a higher resolution.{verbs.INPUTS}{_WAITS}",
        takes=UpscaleWanted,
        call=lambda asked: _making("video_upscale", asked),
    ),
    _paid(
        name="runway_editVideo",
        says="Edit a video by a prompt. The default model is aleph2; which other fields a model takes, "
        f"runway_listModels says.{verbs.INPUTS}{_WAITS}",
        takes=EditWanted,
        call=lambda asked: _making("video_to_video", asked, referenceImages="references"),
    ),
    _paid(
        name="runway_generateAudio",
        says=f"Generate speech from text. The default model is seed_audio; others need a voice.{_WAITS}",
        takes=AudioWanted,
        call=lambda asked: _making("text_to_speech", asked),
    ),
    Tool(
        name="runway_getTask",
        says="Get the details of a task. If its status is 'SUCCEEDED', there is a 'url' field in the response, and "
        "'files' names where each result is saved on this computer. If its status is 'FAILED', there is an 'error' "
        "field. If it is 'PENDING' or 'RUNNING', call this tool again in "
        f"{POLL_GAP:g} seconds. Free, and may be repeated.",
        takes=OfTask,
        call=lambda asked: ("get", {"id": asked.task_id, "links": True}),
    ),
    Tool(
        name="runway_refreshTaskUrl",
        says="Get a fresh download link of a finished task, where an earlier one has expired. The saved file in "
        "'files' needs no link. Free.",
        takes=OfTask,
        call=lambda asked: ("get", {"id": asked.task_id, "links": True}),
    ),
    Tool(
        name="runway_cancelTask",
        says="Cancels a task that waits or runs, if this program asked for it. What has finished is kept: it is never "
        "deleted.",
        takes=OfTask,
        call=lambda asked: ("cancel", {"ids": [asked.task_id]}),
        reads=False,
        destroys=True,
    ),
    Tool(
        name="runway_getOrg",
        says="Returns the credit balance, the limits of each model and what was used of them today. Free.",
        takes=Nothing,
        call=lambda _: ("balance", {}),
        shape=_organization,
    ),
)


def own(verb: Verb) -> Tool:
    """A verb as a tool. It must be offered as one."""
    offered = verb.tool or verbs.Tool()
    return Tool(
        name=verb.name,
        says=f"{verb.says}{offered.rules}",
        takes=verb.takes,
        call=lambda asked: (verb.name, msgspec.to_builtins(asked)),
        required=offered.required,
        hidden=offered.hidden,
        reads=verb.needs is Act.READ,
        has_files=offered.has_files,
    )


TOOLS = (*_OF_RUNWAY, *(own(verb) for verb in VERBS.values() if verb.tool is not None))
