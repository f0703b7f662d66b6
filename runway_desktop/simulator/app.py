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
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runway_desktop.catalog import Catalog, Pair, validate
from runway_desktop.values import Struct, field, replace

from . import workflows
from .child import DEMO_SECRET
from .faults import Fault, Faults
from .organizations import FIRST, Links, Organizations, Uploads
from .outputs import FORMATS
from .routers import DEMO_ROUTERS, Routers, SimulatedRouter, choose
from .witness import Witness
from .world import FAILURES, DailyLimitReached, NotEnoughCredits, SimulatedTask, TaskStatus, UnknownTask

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
KeyedEndpoint = Callable[[Request, str], Awaitable[Response]]
"""Handler of a request with this secret."""
_LEAST_WORDS = 20
_MOST_IN_PAGE = 100
_VOICE_MODELS = ("eleven_ttv_v3", "eleven_multilingual_ttv_v2")
_ROUTERS_MADE = 1_780_000_000.0
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


def api_app(simulator: Simulator) -> Starlette:
    """The API's origin as an ASGI application."""
    api = _Api(simulator)
    control = _Control(simulator)
    # What is known at run time alone has routes of its own.
    creates = [found for found in simulator.catalog.endpoints if "{" not in found.path]
    routes = [Route(found.path, api.guarded(api.create(found.name)), methods=["POST"]) for found in creates]
    routes += [
        Route("/v1/generate/{kind}", api.guarded(api.routed), methods=["POST"]),
        Route("/v1/routers", api.guarded(api.routers), methods=["GET"]),
        Route("/v1/routers/{id}", api.guarded(api.router), methods=["GET"]),
        Route("/v1/routers/{id}/requests", api.guarded(api.router_requests), methods=["GET"]),
        Route("/v1/tasks/{id}", api.guarded(api.task), methods=["GET", "DELETE"]),
        Route("/v1/workflows", api.guarded(api.workflows), methods=["GET"]),
        Route("/v1/workflows/{id}", api.guarded(api.workflow), methods=["GET", "POST"]),
        Route("/v1/workflow_invocations/{id}", api.guarded(api.run), methods=["GET"]),
        Route("/v1/organization", api.guarded(api.organization), methods=["GET"]),
        Route("/v1/organization/usage", api.guarded(api.usage), methods=["POST"]),
        Route("/v1/uploads", api.guarded(api.slot), methods=["POST"]),
        Route("/v1/voices/preview", api.guarded(api.voice), methods=["POST"]),
        Route("/_control/state", control.state, methods=["GET"]),
        Route("/_control/faults", control.faults, methods=["POST", "DELETE"]),
        Route("/_control/knobs", control.knobs, methods=["POST"]),
        Route("/_control/keys", control.keys, methods=["POST"]),
        Route("/_control/clock", control.clock, methods=["POST"]),
    ]
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


class _Api:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def guarded(self, answer: KeyedEndpoint) -> Endpoint:
        """Wraps a handler: requests without a valid key or version are refused."""

        async def guarded(request: Request) -> Response:
            brought, version = request.headers.get("authorization"), request.headers.get("x-runway-version")
            refusal = refusal_of_headers(brought, version, self._simulator.organizations.accepts)
            if refusal is None:
                told = await answer(request, secret_in(brought))
                told.headers["date"] = formatdate(self._simulator.clock(), usegmt=True)
                return told
            if refusal[0] == 401:
                self._simulator.witness.unauthorized += 1
            return _json({"error": refusal[1]}, refusal[0])

        return guarded

    def create(self, endpoint: str) -> KeyedEndpoint:
        async def create(request: Request, secret: str) -> Response:
            body = await _body(request)
            return self._counted(self._created(endpoint, body, secret))

        return create

    async def routed(self, request: Request, secret: str) -> Response:
        """A create of which a router chooses the model."""
        kind = request.path_params["kind"]
        return self._counted(self._routed(kind, await _members(request), secret))

    def _counted(self, answer: Response) -> Response:
        if answer.status_code != 200:
            self._simulator.witness.refused[answer.status_code] += 1
        return answer

    def _created(self, endpoint: str, body: object, secret: str) -> Response:
        issues = issues_of(self._simulator.catalog, endpoint, body, self._is_known(secret))
        if issues or not isinstance(body, dict):
            return _refusal(issues)
        recipe = self._simulator.catalog.pair(endpoint, endpoint)
        usual = {field.name: field.default for field in (recipe.fields if recipe else ()) if field.default is not None}
        task = self._made(endpoint, {"model": endpoint, **usual, **body}, secret)
        if isinstance(task, Response):
            return task
        return _json({"id": task.id, "estimatedCost": {"credits": task.credits}})

    def _routed(self, kind: str, body: Mapping[str, Any], secret: str) -> Response:
        simulator, values = self._simulator, body.get("input")
        pair = simulator.catalog.pair(f"generate_{kind}", "")
        if pair is None:
            return _json({"error": "Not found."}, 404)
        if not isinstance(values, dict):
            return _refusal((Issue(("input",), "Expected an object.", "invalid_type"),))
        routers = self._routers_of(secret)
        router = routers.found.get(str(body.get("configId")))
        if router is None:
            return _json({"error": "Router config not found.", "code": "router_config_not_found"}, 404)
        if issues := _issues(pair, values, self._is_known(secret)):
            return _refusal(replace(issue, path=("input", *issue.path)) for issue in issues)
        now, world = simulator.clock(), simulator.organizations.of(secret)
        choice = choose(simulator.catalog, router, kind, values, world.is_full)
        if choice.emptied_by:
            routers.note(router, choice, _moment(now))
            return _json(
                {
                    "error": "No model is eligible for this request.", "code": "no_eligible_model",
                    "pipeline": list(choice.pipeline), "emptiedBy": [choice.emptied_by],
                },
                400,
            )  # fmt: skip
        task = self._made(choice.endpoint, choice.values, secret)
        if isinstance(task, Response):
            return task
        routers.note(router, replace(choice, credits=task.credits), _moment(now), task.id)
        return _json({"id": task.id, "routing": replace(choice, credits=task.credits).routing(router, kind)})

    def _made(self, endpoint: str, values: Mapping[str, object], secret: str) -> SimulatedTask | Response:
        """The task of a valid request, or why there is none."""
        simulator = self._simulator
        try:
            task = simulator.organizations.of(secret).create(endpoint, values, simulator.clock())
        except NotEnoughCredits:
            return _json({"error": "You do not have enough credits to run this task."}, 400)
        except DailyLimitReached:
            return _json({"error": "You have reached the daily limit of generations for this model."}, 429)
        simulator.witness.accepted.append(task.id)
        return task

    def _is_known(self, secret: str) -> Callable[[str], bool]:
        simulator = self._simulator
        now, owner = simulator.clock(), simulator.organizations.name_of(secret)
        return lambda uri: simulator.uploads.is_known(uri, now, owner)

    def _routers_of(self, secret: str) -> Routers:
        name = self._simulator.organizations.name_of(secret)
        return self._simulator.routers.setdefault(name, Routers())

    async def routers(self, request: Request, secret: str) -> Response:
        return _page(request, [self._described(router) for router in self._routers_of(secret).found.values()])

    async def router(self, request: Request, secret: str) -> Response:
        found = self._routers_of(secret).with_id(request.path_params["id"])
        return _json({"error": "Router not found."}, 404) if found is None else _json(self._described(found))

    async def router_requests(self, request: Request, secret: str) -> Response:
        routers = self._routers_of(secret)
        found = routers.with_id(request.path_params["id"])
        if found is None:
            return _json({"error": "Router not found."}, 404)
        return _page(request, routers.requests.get(found.id, []))

    def _described(self, router: SimulatedRouter) -> dict[str, object]:
        return router.as_json(_moment(_ROUTERS_MADE))

    async def task(self, request: Request, secret: str) -> Response:
        simulator = self._simulator
        task_id = request.path_params["id"]
        now, world = simulator.clock(), simulator.organizations.of(secret)
        if request.method == "GET":
            simulator.witness.asked(task_id, now)
        try:
            task = world.get(task_id, now)
            if task.parts:
                raise UnknownTask
            if request.method == "DELETE":
                world.delete(task_id, now)
                simulator.witness.deleted.append(task_id)
                return Response(status_code=204)
            return _json(self._answer(task, now, world.knobs.link_seconds))
        except UnknownTask:
            return _json({"error": "Task not found."}, 404)

    def _answer(self, task: SimulatedTask, now: float, link_seconds: float) -> dict[str, object]:
        status = task.status(now)
        answer: dict[str, object] = {"id": task.id, "status": status.value, "createdAt": _moment(task.created_at)}
        match status:
            case TaskStatus.RUNNING:
                answer["progress"] = task.progress(now)
                answer["status"] = task.status_word or status.value
            case TaskStatus.SUCCEEDED:
                expires = now + link_seconds
                answer["output"] = [self._link(task, index, expires) for index in range(task.recipe.count)]
            case TaskStatus.FAILED:
                code = task.failure or ""
                answer["failure"] = FAILURES.get(code, "The task failed.")
                if code:
                    answer["failureCode"] = code
        money = "cost" if status in (TaskStatus.SUCCEEDED, TaskStatus.FAILED) else "estimatedCost"
        answer[money] = {"credits": task.cost if money == "cost" else task.credits}
        return answer

    def _link(self, task: SimulatedTask, index: int, expires: float) -> str:
        simulator = self._simulator
        name = f"{task.id}/{index}{FORMATS[task.recipe_at(index).format].suffix}"
        query = simulator.links.query(task.id, index, expires)
        return f"{simulator.output_url}/outputs/{name}?{query}"

    async def workflows(self, request: Request, secret: str) -> Response:
        return _json(workflows.listed())

    async def workflow(self, request: Request, secret: str) -> Response:
        simulator = self._simulator
        found = workflows.version_with(request.path_params["id"])
        if found is None:
            return _json({"error": "Workflow not found."}, 404)
        if request.method == "GET":
            return _json(found.as_json())
        now, owner = simulator.clock(), simulator.organizations.name_of(secret)
        given = (await _members(request)).get("nodeOutputs", {})
        issues = [Issue(path, message) for path, message in found.problems(given)]
        uploads = _upload_issues(given, ("nodeOutputs",), lambda uri: simulator.uploads.is_known(uri, now, owner))
        if issues := issues or list(uploads):
            simulator.witness.refused[400] += 1
            words = [issue.as_json() for issue in issues]
            return _json({"error": "Validation of body failed", "issues": words, "docUrl": DOCS}, 400)
        try:
            task = simulator.organizations.of(secret).run(found.id, *found.parts(given, int(now)), now)
        except NotEnoughCredits:
            return _json({"error": "You do not have enough credits to run this task."}, 400)
        simulator.witness.accepted.append(task.id)
        return _json({"id": task.id})

    async def run(self, request: Request, secret: str) -> Response:
        simulator = self._simulator
        run_id = request.path_params["id"]
        now, world = simulator.clock(), simulator.organizations.of(secret)
        try:
            task = world.get(run_id, now)
            if not task.parts:
                raise UnknownTask
        except UnknownTask:
            return _json({"error": "Workflow invocation not found."}, 404)
        simulator.witness.asked(run_id, now)
        answer = self._answer(task, now, world.knobs.link_seconds)
        answer.pop("estimatedCost", None)
        if task.ends_at is None or now < task.ends_at + world.knobs.cost_seconds:
            answer.pop("cost", None)
        if answer["status"] in (TaskStatus.RUNNING, TaskStatus.SUCCEEDED):
            output: dict[str, list[str]] = {}
            for index, part in enumerate(task.parts):
                if task.is_made(index, now):
                    output.setdefault(part.node, []).append(self._link(task, index, now + world.knobs.link_seconds))
            answer["output"] = output
        failed = {
            part.node: {"message": FAILURES.get(part.failure, "The node failed."), "nodeName": part.name}
            | ({"failureCode": part.failure} if part.failure else {})
            for index, part in enumerate(task.parts)
            if part.failure is not None and task.is_past(index, now)
        }
        return _json({**answer, "nodeErrors": failed} if failed else answer)

    async def organization(self, request: Request, secret: str) -> Response:
        simulator = self._simulator
        world, now = simulator.organizations.of(secret), simulator.clock()
        world.advance(now)
        limits = {
            "maxConcurrentGenerations": world.knobs.concurrency,
            "maxDailyGenerations": world.knobs.daily_limit,
        }
        used = {model: {"dailyGenerations": world.generations_of_the_day(model, now)} for model in world.models}
        return _json(
            {
                "creditBalance": world.balance,
                "tier": {
                    "maxMonthlyCreditSpend": _MONTHLY_LIMIT,
                    "models": dict.fromkeys(world.models, limits),
                },
                "usage": {"models": used},
            }
        )

    async def usage(self, request: Request, secret: str) -> Response:
        simulator = self._simulator
        world = simulator.organizations.of(secret)
        wishes = await _members(request)
        now = simulator.clock()
        world.advance(now)
        today = datetime.fromtimestamp(now, UTC).date()
        try:
            first = _day(wishes.get("startDate"), today - timedelta(days=30))
            before = _day(wishes.get("beforeDate"), first + timedelta(days=30))
        except ValueError:
            return _json({"error": "A date has to be written as YYYY-MM-DD."}, 400)
        if before < first or before - first > timedelta(days=90):
            return _json({"error": "beforeDate has to be 0 to 90 days after startDate."}, 400)
        results: list[dict[str, object]] = []
        models: list[str] = []
        for day, spent in world.spent_by_day(first, before):
            credits = [{"model": model, "amount": amount} for model, amount in sorted(spent.items())]
            results.append({"date": day.isoformat(), "usedCredits": credits})
            models += [model for model in spent if model not in models]
        return _json({"results": results, "models": models})

    async def slot(self, request: Request, secret: str) -> Response:
        simulator = self._simulator
        body = await _members(request)
        filename = body.get("filename")
        if not isinstance(filename, str) or "." not in filename:
            issue = {"code": "custom", "path": ["filename"], "message": "A file name with an ending is needed."}
            return _json({"error": "Validation of body failed", "issues": [issue], "docUrl": DOCS}, 400)
        if body.get("type") != "ephemeral":
            issue = {"code": "custom", "path": ["type"], "message": "Expected ephemeral."}
            return _json({"error": "Validation of body failed", "issues": [issue], "docUrl": DOCS}, 400)
        slot = simulator.uploads.open(filename, simulator.clock(), simulator.organizations.name_of(secret))
        return _json(
            {
                "uploadUrl": f"{simulator.upload_url}/uploads/{slot.id}",
                "fields": {"key": f"ephemeral/{slot.id}/{filename}", "policy": slot.policy},
                "runwayUri": slot.uri,
            }
        )

    async def voice(self, request: Request, secret: str) -> Response:
        simulator = self._simulator
        body = await _members(request)
        words, model = body.get("prompt"), body.get("model")
        if not isinstance(words, str) or len(words) < _LEAST_WORDS or model not in _VOICE_MODELS:
            issue = {"code": "custom", "path": ["prompt"], "message": f"At least {_LEAST_WORDS} letters, and a model."}
            return _json({"error": "Validation of body failed", "issues": [issue], "docUrl": DOCS}, 400)
        simulator.witness.voices.append(words)
        name = f"voice-{len(simulator.witness.voices)}"
        query = simulator.links.query(
            name, 0, simulator.clock() + simulator.organizations.of(secret).knobs.link_seconds
        )
        return _json({"url": f"{simulator.output_url}/voices/{name}.mp3?{query}", "durationSecs": 6.0})


class _Control:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    async def state(self, request: Request) -> Response:
        simulator = self._simulator
        organizations, now = simulator.organizations, simulator.clock()
        organizations.advance(now)
        worlds = dict(organizations.each())
        ended = {task_id: at for world in worlds.values() for task_id, at in world.ended.items()}
        report = simulator.witness.report(ended, sum(world.unfinished() for world in worlds.values()))
        return _json(
            report
            | {
                "now": now,
                "knobs": msgspec.structs.asdict(organizations.first.knobs),
                "balance": organizations.first.balance,
                "organizations": {
                    name: {"balance": world.balance, "open": world.unfinished()} for name, world in worlds.items()
                },
                "faults": [msgspec.structs.asdict(fault) for fault in simulator.faults.listed()],
            }
        )

    async def faults(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._simulator.faults.clear()
            return Response(status_code=204)
        body = await _body(request)
        try:
            added = [Fault.of(wish) for wish in (body if isinstance(body, list) else [body])]
        except ValueError as error:
            return _json({"error": str(error)}, 400)
        self._simulator.faults.add(*added)
        return _json({"faults": len(self._simulator.faults.listed())})

    async def knobs(self, request: Request) -> Response:
        try:
            knobs = self._simulator.organizations.turn(await _members(request), self._simulator.clock())
        except ValueError as error:
            return _json({"error": str(error)}, 400)
        return _json(msgspec.structs.asdict(knobs))

    async def keys(self, request: Request) -> Response:
        wish = await _members(request)
        secret, name = wish.get("secret"), wish.get("organization")
        if not isinstance(secret, str) or not isinstance(name, str) or not secret.strip() or not name:
            return _json({"error": "secret and organization have to be words."}, 400)
        self._simulator.organizations.give(secret.strip(), name)
        return _json({"organizations": [known for known, _ in self._simulator.organizations.each()]})

    async def clock(self, request: Request) -> Response:
        seconds = (await _members(request)).get("forward")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
            return _json({"error": "forward has to be a number of seconds."}, 400)
        self._simulator.clock.forward(seconds)
        return _json({"now": self._simulator.clock()})


async def _body(request: Request) -> object:
    with suppress(ValueError):
        return json.loads(await request.body())
    return None


async def _members(request: Request) -> dict[str, Any]:
    """The members of a JSON object in the body; empty if the body is anything else."""
    body = await _body(request)
    return body if isinstance(body, dict) else {}


def _json(content: object, status: int = 200) -> Response:
    return Response(json.dumps(content), status, media_type="application/json")


def _refusal(issues: Iterable[Issue]) -> Response:
    words = [issue.as_json() for issue in issues]
    return _json({"error": "Validation of body failed", "issues": words, "docUrl": DOCS}, 400)


def _page(request: Request, entries: Sequence[object]) -> Response:
    """A page of a list: `limit` entries from the cursor on."""
    words, cursor = request.query_params.get("limit", ""), request.query_params.get("cursor", "0")
    if not words.isdecimal() or not 1 <= int(words) <= _MOST_IN_PAGE or not cursor.isdecimal():
        return _refusal((Issue(("limit",), "Expected an integer from 1 to 100."),))
    start, end = int(cursor), int(cursor) + int(words)
    following = {"nextCursor": str(end)} if end < len(entries) else {}
    return _json({"data": list(entries[start:end]), **following})


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


def secret_in(authorization: str | None) -> str:
    """The secret in an Authorization header; empty if there is none."""
    scheme, _, secret = (authorization or "").partition(" ")
    return secret if scheme.lower() == "bearer" else ""


def refusal_of_headers(
    authorization: str | None, version: str | None, also: Callable[[str], bool]
) -> tuple[int, str] | None:
    """Status and message of a request refused by its headers; None if it passes. `also` tells which secrets are
    accepted without the usual form of a key."""
    secret = secret_in(authorization)
    if not secret or not (_SECRET.fullmatch(secret) or also(secret)):
        return 401, "Your API key is invalid, disabled, or belongs to a suspended account."
    if version != API_VERSION:
        return 400, f"The header X-Runway-Version has to be {API_VERSION}."
    return None


def _upload_issues(value: object, path: Path, is_uploaded: Callable[[str], bool]) -> Iterator[Issue]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _upload_issues(inner, (*path, str(name)), is_uploaded)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _upload_issues(inner, (*path, position), is_uploaded)
    elif isinstance(value, str) and value.startswith("runway://") and not is_uploaded(value):
        yield Issue(path, "This upload does not exist or has expired. Upload the file again.")
