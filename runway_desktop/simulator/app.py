"""The API's origin: the routes under /v1, and the control routes for tests.

| route | what it does |
| --- | --- |
| `POST /v1/<endpoint>` | the create endpoints of the catalog: 200 with id and estimate, 400 with issues, 429 |
| `GET /v1/workflows`, `GET`, `POST /v1/workflows/{id}` | published versions; one with its graph; a run of it |
| `GET /v1/workflow_invocations/{id}` | a run: outputs as they are made, failures of nodes, its cost some time later |
| `POST /v1/generate/<kind>` | the same through a router, with its choice; 404 without the router |
| `GET /v1/routers`, `/{id}`, `/{id}/requests` | the organization's routers, and what was asked of one |
| `GET`, `DELETE /v1/tasks/{id}` | the task; 404 when it is unknown, canceled or deleted |
| `GET /v1/organization`, `POST /v1/organization/usage` | limits, balance, credits by day |
| `POST /v1/uploads` | a slot at the uploads' origin |
| `GET /_control/state` | the witness's report, knobs, faults |
| `POST /_control/faults`, `DELETE` | adds one fault or a list of them (`faults.Fault`); removes all |
| `POST /_control/knobs` | changes knobs (`world.Knobs`) |
| `POST /_control/keys` | `{"secret", "organization"}`: assigns the key to that organization (`organizations`) |
| `POST /_control/clock` | `{"forward": seconds}`: advances the simulated clock |

Runs on the loop's thread and never waits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from email.utils import formatdate
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runway_desktop.catalog import Catalog, Pair, validate
from runway_desktop.values import Struct, asdict, field, replace

from . import workflows
from .child import DEMO_SECRET
from .faults import Fault, Faults
from .organizations import FIRST, Links, Organizations, Uploads
from .outputs import FORMATS
from .routers import DEMO_ROUTERS, Routers, SimulatedRouter, choose
from .witness import Witness
from .world import FAILURES, DailyLimitReached, NotEnoughCredits, SimulatedTask, TaskStatus, UnknownTask, World

API_VERSION = "2024-11-06"
DOCS = "https://docs.dev.runwayml.com/api"
_SECRET = re.compile(r"key_[0-9a-f]{128}")

Path = tuple[str | int, ...]


class Issue(Struct, frozen=True):
    """One problem of a request: where and what, in words."""

    path: Path
    message: str
    code: str = "custom"

    def as_json(self) -> dict[str, object]:
        return {"code": self.code, "path": list(self.path), "message": self.message}


Endpoint = Callable[[Request], Awaitable[Response]]
_LEAST_WORDS = 20
_MOST_IN_PAGE = 100
_VOICE_MODELS = ("eleven_ttv_v3", "eleven_multilingual_ttv_v2")
_MONTHLY_LIMIT = 10_000
"""Credits that an organization may buy in a month. Reported, not enforced."""


class SimulatedClock:
    """The simulated time: real time plus skipped time."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._skipped = 0.0

    def __call__(self) -> float:
        return self._clock() + self._skipped

    def forward(self, seconds: float) -> None:
        self._skipped += seconds


class Simulator(Struct):
    """A simulator in this process: the state that its three origins share, which tests can read and change. The
    addresses are set once the sockets are bound."""

    catalog: Catalog
    organizations: Organizations
    clock: SimulatedClock
    faults: Faults
    witness: Witness
    links: Links
    uploads: Uploads
    base_url: str = ""
    upload_url: str = ""
    output_url: str = ""
    secret: str = DEMO_SECRET
    """The key of the first organization."""
    routers: dict[str, Routers] = field(default_factory=lambda: {FIRST: Routers(DEMO_ROUTERS)})
    """By organization; another one has none."""


Answer = Response | Mapping[str, object] | None
"""Of a handler: JSON, or None for 204."""


class Refused(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, error: str, **more: object) -> None:
        super().__init__(error)
        self.answer = _json({"error": error, **more}, status)


class Call(Struct, frozen=True):
    """A request with its organization and time. `body`: the JSON in it; None if there is none."""

    simulator: Simulator
    request: Request
    owner: str
    world: World
    body: object
    now: float

    @property
    def id(self) -> str:
        """The one in the path."""
        return str(self.request.path_params["id"])

    @property
    def members(self) -> dict[str, Any]:
        """Of a JSON object in the body; empty if the body is anything else."""
        return self.body if isinstance(self.body, dict) else {}

    @property
    def routers(self) -> Routers:
        return self.simulator.routers.setdefault(self.owner, Routers())

    @property
    def router(self) -> SimulatedRouter:
        if (found := self.routers.with_id(self.id)) is None:
            raise Refused(404, "Router not found.")
        return found

    def is_uploaded(self, uri: str) -> bool:
        return self.simulator.uploads.is_known(uri, self.now, self.owner)

    def link(self, name: str, signed: str, index: int) -> str:
        """The link to a file of the outputs' origin, signed for an output of a task."""
        query = self.simulator.links.query(signed, index, self.now + self.world.knobs.link_seconds)
        return f"{self.simulator.output_url}/{name}?{query}"


Handler = Callable[[Call], Answer]


def api_app(simulator: Simulator) -> Starlette:
    """The API's origin as an ASGI application."""
    # What is known at run time alone has routes of its own.
    creates = [found for found in simulator.catalog.endpoints if "{" not in found.path]
    keyed: list[tuple[str, Handler, tuple[str, ...]]] = [
        *((found.path, partial(_create, found.name), ("POST",)) for found in creates),
        ("/v1/generate/{kind}", _generate, ("POST",)),
        ("/v1/routers", lambda call: _page(call, [one.described() for one in call.routers.found.values()]), ("GET",)),
        ("/v1/routers/{id}", lambda call: call.router.described(), ("GET",)),
        ("/v1/routers/{id}/requests", lambda call: _page(call, call.routers.requests[call.router.id]), ("GET",)),
        ("/v1/tasks/{id}", _task, ("GET", "DELETE")),
        ("/v1/workflows", lambda _: workflows.listed(), ("GET",)),
        ("/v1/workflows/{id}", _workflow, ("GET", "POST")),
        ("/v1/workflow_invocations/{id}", _run, ("GET",)),
        ("/v1/organization", _organization, ("GET",)),
        ("/v1/organization/usage", _usage, ("POST",)),
        ("/v1/uploads", _slot, ("POST",)),
        ("/v1/voices/preview", _voice, ("POST",)),
    ]
    control: list[tuple[str, Handler, tuple[str, ...]]] = [
        ("/_control/state", _state, ("GET",)),
        ("/_control/faults", _change_faults, ("POST", "DELETE")),
        ("/_control/knobs", _turn_knobs, ("POST",)),
        ("/_control/keys", _give_key, ("POST",)),
        ("/_control/clock", _forward, ("POST",)),
    ]
    routes = [Route(path, _guarded(simulator, handler), methods=methods) for path, handler, methods in keyed]
    routes += [Route(path, _open(simulator, handler), methods=methods) for path, handler, methods in control]
    return Starlette(routes=routes, exception_handlers={404: _not_found, 405: _not_allowed})


def api_route_of(catalog: Catalog) -> Callable[[str, str], str]:
    """Function that gives a request's route name, as faults use it."""
    creates = {endpoint.path for endpoint in catalog.endpoints}
    named = {"/v1/organization": "organization", "/v1/organization/usage": "usage", "/v1/uploads": "slot"}

    def route_of(method: str, path: str) -> str:
        if path.startswith("/v1/tasks/"):
            return "delete" if method == "DELETE" else "get"
        if path.startswith("/v1/workflow_invocations/"):
            return "get"
        is_create = path in creates or path.startswith(("/v1/generate/", "/v1/workflows/"))
        return "create" if method == "POST" and is_create else named.get(path, "other")

    return route_of


def _guarded(simulator: Simulator, handler: Handler) -> Endpoint:
    """Refuses requests without a valid key or version."""
    organizations, route_of = simulator.organizations, api_route_of(simulator.catalog)

    async def guarded(request: Request) -> Response:
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not (_SECRET.fullmatch(secret) or organizations.accepts(secret)):
            simulator.witness.unauthorized += 1
            return _json({"error": "Your API key is invalid, disabled, or belongs to a suspended account."}, 401)
        if request.headers.get("x-runway-version") != API_VERSION:
            return _json({"error": f"The header X-Runway-Version has to be {API_VERSION}."}, 400)
        owner, world, body = organizations.name_of(secret), organizations.of(secret), await _body(request)
        told = _answered(handler, Call(simulator, request, owner, world, body, simulator.clock()))
        if told.status_code >= 400 and route_of(request.method, request.url.path) == "create":
            simulator.witness.refused[told.status_code] += 1
        told.headers["date"] = formatdate(simulator.clock(), usegmt=True)
        return told

    return guarded


def _open(simulator: Simulator, handler: Handler) -> Endpoint:
    """Takes requests of tests, which bring no key."""

    async def answer(request: Request) -> Response:
        body, world = await _body(request), simulator.organizations.first
        try:
            return _answered(handler, Call(simulator, request, FIRST, world, body, simulator.clock()))
        except ValueError as error:
            return _json({"error": str(error)}, 400)

    return answer


def _answered(handler: Handler, call: Call) -> Response:
    try:
        told = handler(call)
    except Refused as refused:
        return refused.answer
    except NotEnoughCredits:
        return _json({"error": "You do not have enough credits to run this task."}, 400)
    except DailyLimitReached:
        return _json({"error": "You have reached the daily limit of generations for this model."}, 429)
    if isinstance(told, Response):
        return told
    return Response(status_code=204) if told is None else _json(told)


def _create(endpoint: str, call: Call) -> Answer:
    catalog, values = call.simulator.catalog, call.members
    _refuse_for(issues_of(catalog, endpoint, call.body, call.is_uploaded))
    recipe = catalog.pair(endpoint, endpoint)
    usual = {field.name: field.default for field in (recipe.fields if recipe else ()) if field.default is not None}
    task = call.world.create(endpoint, {"model": endpoint, **usual, **values}, call.now)
    call.simulator.witness.accepted.append(task.id)
    return {"id": task.id, "estimatedCost": {"credits": task.credits}}


def _generate(call: Call) -> Answer:
    """A create of which a router chooses the model."""
    kind, values, routers = call.request.path_params["kind"], call.members.get("input"), call.routers
    pair = call.simulator.catalog.pair(f"generate_{kind}", "")
    if pair is None:
        raise Refused(404, "Not found.")
    if not isinstance(values, dict):
        raise _invalid(Issue(("input",), "Expected an object.", "invalid_type"))
    router = routers.found.get(str(call.members.get("configId")))
    if router is None:
        raise Refused(404, "Router config not found.", code="router_config_not_found")
    issues = _issues(pair, values, call.is_uploaded)
    _refuse_for(replace(issue, path=("input", *issue.path)) for issue in issues)
    choice = choose(call.simulator.catalog, router, kind, values, call.world.is_full)
    if choice.emptied_by:
        routers.note(router, choice, _moment(call.now))
        emptied, pipeline = [choice.emptied_by], list(choice.pipeline)
        error = "No model is eligible for this request."
        raise Refused(400, error, code="no_eligible_model", pipeline=pipeline, emptiedBy=emptied)
    task = call.world.create(choice.endpoint, choice.values, call.now)
    call.simulator.witness.accepted.append(task.id)
    choice = replace(choice, credits=task.credits)
    routers.note(router, choice, _moment(call.now), task.id)
    return {"id": task.id, "routing": choice.routing(router, kind)}


def _workflow(call: Call) -> Answer:
    found = workflows.version_with(call.id)
    if found is None:
        raise Refused(404, "Workflow not found.")
    if call.request.method == "GET":
        return found.as_json()
    given = call.members.get("nodeOutputs", {})
    _refuse_for(Issue(path, message) for path, message in found.problems(given))
    _refuse_for(_upload_issues(given, ("nodeOutputs",), call.is_uploaded))
    task = call.world.run(found.id, *found.parts(given, int(call.now)), call.now)
    call.simulator.witness.accepted.append(task.id)
    return {"id": task.id}


def _task(call: Call) -> Answer:
    if call.request.method == "GET":
        call.simulator.witness.asked(call.id, call.now)
    task = _known(call, is_run=False)
    if call.request.method == "DELETE":
        call.world.delete(task.id, call.now)
        call.simulator.witness.deleted.append(task.id)
        return None
    return _described(call, task)


def _run(call: Call) -> Answer:
    now, task = call.now, _known(call, is_run=True)
    call.simulator.witness.asked(task.id, now)
    answer = _described(call, task)
    answer.pop("estimatedCost", None)
    if task.ends_at is None or now < task.ends_at + call.world.knobs.cost_seconds:
        answer.pop("cost", None)
    if answer["status"] in (TaskStatus.RUNNING, TaskStatus.SUCCEEDED):
        output: dict[str, list[str]] = {}
        for index, part in enumerate(task.parts):
            if task.is_made(index, now):
                output.setdefault(part.node, []).append(_link(call, task, index))
        answer["output"] = output
    failed = {
        part.node: {"message": FAILURES.get(part.failure, "The node failed."), "nodeName": part.name}
        | ({"failureCode": part.failure} if part.failure else {})
        for index, part in enumerate(task.parts)
        if part.failure is not None and task.is_past(index, now)
    }
    return {**answer, "nodeErrors": failed} if failed else answer


def _known(call: Call, *, is_run: bool) -> SimulatedTask:
    with suppress(UnknownTask):
        task = call.world.get(call.id, call.now)
        if bool(task.parts) is is_run:
            return task
    raise Refused(404, "Workflow invocation not found." if is_run else "Task not found.")


def _described(call: Call, task: SimulatedTask) -> dict[str, object]:
    status = task.status(call.now)
    answer: dict[str, object] = {"id": task.id, "status": status.value, "createdAt": _moment(task.created_at)}
    match status:
        case TaskStatus.RUNNING:
            answer["progress"] = task.progress(call.now)
            answer["status"] = task.status_word or status.value
        case TaskStatus.SUCCEEDED:
            answer["output"] = [_link(call, task, index) for index in range(task.recipe.count)]
        case TaskStatus.FAILED:
            code = task.failure or ""
            answer["failure"] = FAILURES.get(code, "The task failed.")
            if code:
                answer["failureCode"] = code
    money = "cost" if status in (TaskStatus.SUCCEEDED, TaskStatus.FAILED) else "estimatedCost"
    answer[money] = {"credits": task.cost if money == "cost" else task.credits}
    return answer


def _link(call: Call, task: SimulatedTask, index: int) -> str:
    suffix = FORMATS[task.recipe_at(index).format].suffix
    return call.link(f"outputs/{task.id}/{index}{suffix}", task.id, index)


def _organization(call: Call) -> Answer:
    world = call.world
    world.advance(call.now)
    limits = {"maxConcurrentGenerations": world.knobs.concurrency, "maxDailyGenerations": world.knobs.daily_limit}
    used = {model: {"dailyGenerations": world.generations_of_the_day(model, call.now)} for model in world.models}
    tier = {"maxMonthlyCreditSpend": _MONTHLY_LIMIT, "models": dict.fromkeys(world.models, limits)}
    return {"creditBalance": world.balance, "tier": tier, "usage": {"models": used}}


def _usage(call: Call) -> Answer:
    call.world.advance(call.now)
    today = datetime.fromtimestamp(call.now, UTC).date()
    try:
        first = _day(call.members.get("startDate"), today - timedelta(days=30))
        before = _day(call.members.get("beforeDate"), first + timedelta(days=30))
    except ValueError:
        raise Refused(400, "A date has to be written as YYYY-MM-DD.") from None
    if before < first or before - first > timedelta(days=90):
        raise Refused(400, "beforeDate has to be 0 to 90 days after startDate.")
    results: list[dict[str, object]] = []
    models: dict[str, None] = {}
    for day, spent in call.world.spent_by_day(first, before):
        credits = [{"model": model, "amount": amount} for model, amount in sorted(spent.items())]
        results.append({"date": day.isoformat(), "usedCredits": credits})
        models |= dict.fromkeys(spent)
    return {"results": results, "models": list(models)}


def _slot(call: Call) -> Answer:
    simulator, filename = call.simulator, call.members.get("filename")
    if not isinstance(filename, str) or "." not in filename:
        raise _invalid(Issue(("filename",), "A file name with an ending is needed."))
    if call.members.get("type") != "ephemeral":
        raise _invalid(Issue(("type",), "Expected ephemeral."))
    slot = simulator.uploads.open(filename, call.now, call.owner)
    fields = {"key": f"ephemeral/{slot.id}/{filename}", "policy": slot.policy}
    return {"uploadUrl": f"{simulator.upload_url}/uploads/{slot.id}", "fields": fields, "runwayUri": slot.uri}


def _voice(call: Call) -> Answer:
    words, voices = call.members.get("prompt"), call.simulator.witness.voices
    if not isinstance(words, str) or len(words) < _LEAST_WORDS or call.members.get("model") not in _VOICE_MODELS:
        raise _invalid(Issue(("prompt",), f"At least {_LEAST_WORDS} letters, and a model."))
    voices.append(words)
    name = f"voice-{len(voices)}"
    return {"url": call.link(f"voices/{name}.mp3", name, 0), "durationSecs": 6.0}


def _state(call: Call) -> Answer:
    simulator = call.simulator
    simulator.organizations.advance(call.now)
    worlds, first = dict(simulator.organizations.each()), call.world
    ended = {task_id: at for world in worlds.values() for task_id, at in world.ended.items()}
    return {
        **simulator.witness.report(ended, sum(world.unfinished() for world in worlds.values())),
        "now": call.now,
        "knobs": asdict(first.knobs),
        "balance": first.balance,
        "organizations": {name: {"balance": one.balance, "open": one.unfinished()} for name, one in worlds.items()},
        "faults": [asdict(fault) for fault in simulator.faults.listed()],
    }


def _change_faults(call: Call) -> Answer:
    faults = call.simulator.faults
    if call.request.method == "DELETE":
        faults.clear()
        return None
    faults.add(*[Fault.of(wish) for wish in (call.body if isinstance(call.body, list) else [call.body])])
    return {"faults": len(faults.listed())}


def _turn_knobs(call: Call) -> Answer:
    return asdict(call.simulator.organizations.turn(call.members, call.now))


def _give_key(call: Call) -> Answer:
    organizations, secret, name = call.simulator.organizations, *map(call.members.get, ("secret", "organization"))
    if not isinstance(secret, str) or not isinstance(name, str) or not secret.strip() or not name:
        raise Refused(400, "secret and organization have to be words.")
    organizations.give(secret.strip(), name)
    return {"organizations": [known for known, _ in organizations.each()]}


def _forward(call: Call) -> Answer:
    seconds = call.members.get("forward")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
        raise Refused(400, "forward has to be a number of seconds.")
    call.simulator.clock.forward(seconds)
    return {"now": call.simulator.clock()}


async def _body(request: Request) -> object:
    with suppress(ValueError):
        return json.loads(await request.body())
    return None


def _json(content: object, status: int = 200) -> Response:
    return Response(json.dumps(content), status, media_type="application/json")


def _invalid(*issues: Issue) -> Refused:
    return Refused(400, "Validation of body failed", issues=[issue.as_json() for issue in issues], docUrl=DOCS)


def _refuse_for(issues: Iterable[Issue]) -> None:
    if found := tuple(issues):
        raise _invalid(*found)


def _page(call: Call, entries: Sequence[object]) -> Answer:
    """A page of a list: `limit` entries from the cursor on."""
    asked = call.request.query_params
    words, cursor = asked.get("limit", ""), asked.get("cursor", "0")
    if not words.isdecimal() or not 1 <= int(words) <= _MOST_IN_PAGE or not cursor.isdecimal():
        raise _invalid(Issue(("limit",), "Expected an integer from 1 to 100."))
    start, end = int(cursor), int(cursor) + int(words)
    following = {"nextCursor": str(end)} if end < len(entries) else {}
    return {"data": list(entries[start:end]), **following}


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _day(words: object, otherwise: date) -> date:
    if words is None:
        return otherwise
    return date.fromisoformat(str(words)[:10])


async def _not_found(request: Request, error: Exception) -> Response:
    return _json({"error": "Not found."}, 404)


async def _not_allowed(request: Request, error: Exception) -> Response:
    return _json({"error": "Method not allowed."}, 405)


def issues_of(catalog: Catalog, endpoint: str, body: object, is_uploaded: Callable[[str], bool]) -> tuple[Issue, ...]:
    """All problems of a create; empty if it is valid. `is_uploaded` tells whether a `runway://` URI is known."""
    if not isinstance(body, dict):
        return (Issue((), "Expected an object.", "invalid_type"),)
    recipe, model = catalog.pair(endpoint, endpoint), body.get("model")
    if recipe is None and not isinstance(model, str):
        return (Issue(("model",), "Required.", "invalid_type"),)
    pair = recipe or catalog.pair(endpoint, str(model))
    if pair is None:
        found = catalog.endpoint(endpoint)
        models = ", ".join(found.models) if found else ""
        return (Issue(("model",), f"Invalid model. Expected one of: {models}.", "invalid_union_discriminator"),)
    if lacking := pair.fixed.keys() - body.keys():
        return tuple(Issue((name,), "Required.", "invalid_type") for name in sorted(lacking))
    return _issues(pair, body, is_uploaded)


def _issues(pair: Pair, values: Mapping[str, object], is_uploaded: Callable[[str], bool]) -> tuple[Issue, ...]:
    findings = [Issue(tuple(finding.path), finding.message) for finding in validate(pair, values, local_files=False)]
    named = {issue.path for issue in findings}
    findings += [issue for issue in _upload_issues(values, (), is_uploaded) if issue.path not in named]
    return tuple(findings)


def _upload_issues(value: object, path: Path, is_uploaded: Callable[[str], bool]) -> Iterator[Issue]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _upload_issues(inner, (*path, str(name)), is_uploaded)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _upload_issues(inner, (*path, position), is_uploaded)
    elif isinstance(value, str) and value.startswith("runway://") and not is_uploaded(value):
        yield Issue(path, "This upload does not exist or has expired. Upload the file again.")
