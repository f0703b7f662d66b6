"""Translates httpx's exceptions and HTTP errors into `domain.errors`. Pure; any thread.

Errors are built here and raised by the caller outside of its `except`: httpx's exceptions contain the request with its
headers, the key among them, and must not be chained to what is logged or shown. Callers remove the key from server
texts first.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from runway_desktop.domain.errors import (
    ApiError,
    BadReply,
    KeyRefused,
    Misrouted,
    NoCredits,
    NoReply,
    NoRouter,
    NotReached,
    NotTaken,
    NotThere,
    RequestRefused,
    ServerTrouble,
    SlowDown,
)
from runway_desktop.domain.secrecy import without_secrets
from runway_desktop.domain.task import Refusal
from runway_desktop.domain.workflows.routing import GONE, NO_MODEL
from runway_desktop.texts import Text, in_turn, verbatim
from runway_desktop.values import Struct

LONGEST_WAIT = 86_400.0
"""Seconds: no limit of Runway lasts longer than a day, so a longer Retry-After is a mistake."""
MOST_QUOTED = 2_000
"""Characters of an answer that are kept as evidence."""
MOST_FILTERS = 5
"""Reasons that are read of a router's refusal. Source: the SDK, which knows as many."""
LONGEST = 240
"""Characters of a server's text that are kept for the small print."""

_UNSENT = (httpx.ConnectError, httpx.ProxyError, httpx.UnsupportedProtocol, httpx.LocalProtocolError)
_POSITION = re.compile(r"[0-9]{1,9}")


_CHECK_NETWORK = Text("Check the network connection.")
_IN_A_MOMENT = Text("Try again in a moment.")


class Peer(Struct, frozen=True):
    """The server that answers: Runway's API, or a host of results or uploads, with its error messages."""

    name: str
    """For the small print."""
    late: Text
    cut: Text
    slow: Text
    busy: Text
    troubled: Text
    unreadable: Text
    unreached: Text
    unproxied: Text
    untrusted: Text


RUNWAY = Peer(
    "Runway",
    late=Text("Runway did not answer in time."),
    cut=Text("The connection to Runway was interrupted."),
    slow=Text("The connection to Runway is too slow."),
    busy=Text("Runway takes no more requests for now."),
    troubled=Text("Runway has a problem at the moment."),
    unreadable=Text("Runway's answer could not be read."),
    unreached=Text("Runway could not be reached."),
    unproxied=Text("Runway could not be reached through this computer's proxy."),
    untrusted=Text("No secure connection to Runway could be made."),
)
FILE_SERVER = Peer(
    "Runway's file server",
    late=Text("Runway's file server did not answer in time."),
    cut=Text("The connection to Runway's file server was interrupted."),
    slow=Text("The connection to Runway's file server is too slow."),
    busy=Text("Runway's file server takes no more requests for now."),
    troubled=Text("Runway's file server has a problem at the moment."),
    unreadable=Text("An answer of Runway's file server could not be read."),
    unreached=Text("Runway's file server could not be reached."),
    unproxied=Text("Runway's file server could not be reached through this computer's proxy."),
    untrusted=Text("No secure connection to Runway's file server could be made."),
)
"""Keeps uploads and results."""


def no_key() -> KeyRefused:
    return KeyRefused(Text("There is no API key yet."), advice=Text("Enter one in Preferences."))


def unusable_key() -> KeyRefused:
    """For a key that is invalid in a header: with blanks inside, line breaks or characters outside ASCII."""
    message = Text("The API key contains characters that a key cannot have.")
    return KeyRefused(message, advice=Text("Copy the whole key again and enter it once more."))


def from_connection(error: Exception, host: str, *, who: Peer = RUNWAY, unsent: bool = False) -> ApiError:
    """For a request without an answer. NotReached: nothing was sent. NoReply: it may have been sent. BadReply: broken
    encoding or invalid address.

    The library's connect errors are raised only while connecting (pool, DNS, TCP, TLS, proxy). For all others `unsent`
    says whether it is certain that no byte of the request was written.
    """
    detail = _kind_and_text(error)
    if isinstance(error, httpx.ConnectTimeout):
        return NotReached(who.unreached, advice=_CHECK_NETWORK, detail=detail)
    if isinstance(error, httpx.PoolTimeout):
        return too_much_at_once(detail=detail)
    if unsent or isinstance(error, _UNSENT):
        return _not_reached(detail, host, who, kind=type(error).__name__)
    if isinstance(error, (httpx.DecodingError, httpx.InvalidURL, UnicodeError)):
        # The last two: an invalid host name, detected by different layers.
        return unreadable(detail, who=who)
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        return NoReply(who.late, advice=_CHECK_NETWORK, detail=detail)
    return NoReply(who.cut, advice=_CHECK_NETWORK, detail=detail)


def not_writable(reason: str) -> RequestRefused:
    """For a request that cannot be encoded, such as one with a lone surrogate. `reason` is small print."""
    message = Text("The request contains something that cannot be sent.")
    return RequestRefused(message, advice=Text("Write its text again and send it."), detail=shorten(reason), status=0)


def not_understood() -> NoReply:
    """For an unexpected exception. It is unknown whether anything was sent."""
    message = Text("Something went wrong in the program while it was talking to Runway.")
    return NoReply(message, advice=Text("Details are in its log. If it happens again, look for a newer version."))


def too_much_at_once(*, detail: str = "") -> NotReached:
    """For a request that waited too long for a free connection."""
    message = Text("Too many requests at once: this one waited too long for a connection.")
    return NotReached(message, advice=_IN_A_MOMENT, detail=detail)


def unusable_proxy() -> NotReached:
    """For a proxy in the environment that cannot be used."""
    message = Text("This computer's proxy cannot be used, so nothing was sent.")
    advice = Text("Use an http, https or socks5 address in ALL_PROXY and HTTPS_PROXY, then start the program again.")
    return NotReached(message, advice=advice)


def closed() -> NotReached:
    """For a request after the connections were closed."""
    return NotReached(Text("The program is closing, so nothing was sent."), advice=Text("Start it again."))


def too_slow(seconds: float, *, what: str = "the answer", who: Peer = RUNWAY) -> NoReply:
    """For an answer or a request body that takes longer than its time-out."""
    detail = f"{what} was not complete after {seconds:g} s"
    return NoReply(who.late, advice=_CHECK_NETWORK, detail=detail)


def unreadable(reason: str, *, status: int = 0, who: Peer = RUNWAY) -> BadReply:
    """For an invalid answer. `reason` is small print."""
    return BadReply(
        who.unreadable,
        advice=Text("Try again later. If it happens again, look for a newer version of this program."),
        detail=_line(status, reason),
        status=status,
    )


def from_status(status: int, headers: Mapping[str, str], content: bytes, now: float) -> ApiError:
    """For an answer of the API that is not a success. `now` in Unix seconds, for a Retry-After that is a date.

    Source: the API's page on HTTP errors. 403 is not on it: only 401 is about the key, so a 403 (of a proxy, a
    firewall, or something this key may not do) does not stop other requests. A 404 is about a task only in Runway's own
    form.
    """
    body = _json(content)
    said = _words(body, content)
    detail = _line(status, said)
    match status:
        case 401:
            return KeyRefused(
                Text("Runway did not accept the key."),
                advice=Text("Check it for a stray space, and whether it was disabled."),
                detail=detail,
                status=status,
            )
        case 404 if isinstance(body, dict) and body.get("code") == GONE:
            # Its body is known to have this code, and not said to have more. Source: the API reference.
            return NoRouter(
                Text("This router no longer exists at Runway."),
                advice=Text("Choose another model or router."),
                detail=detail,
                status=status,
            )
        case 404 if _is_runways_own(body):
            return NotThere(Text("Runway did not find this."), detail=detail, status=status)
        case 404:
            return Misrouted(
                Text("A proxy or gateway answered instead of Runway."),
                advice=Text("Nothing is lost. If it happens again, check the proxy, the VPN and the API address."),
                detail=detail,
                status=status,
            )
        case 429:
            wait = retry_after(headers, now)
            return SlowDown(
                RUNWAY.busy,
                advice=_try_in(wait)
                if wait
                else Text("Too many were sent at once, or this model's daily limit is reached."),
                detail=detail,
                status=status,
                retry_after=wait,
            )
        case 408:
            # A server's time-out. It has probably, but not certainly, read nothing.
            return from_other_host(status, headers, content, now, who=RUNWAY, refused=verbatim(said))
        case _ if 400 <= status < 500:
            return _refused(status, body, said, detail)
        case 503 if _is_runways_own(body):
            message = Text("Runway is overloaded and did not take the request.")
            wait = retry_after(headers, now)
            return NotTaken(message, advice=_IN_A_MOMENT, detail=detail, status=status, retry_after=wait)
        case _ if 500 <= status < 600:
            return from_other_host(status, headers, content, now, who=RUNWAY, refused=verbatim(said))
        case _ if 300 <= status < 400:
            return unreadable("a redirect, which is not followed with a key", status=status)
        case _:
            return unreadable(said, status=status)


def from_other_host(
    status: int, headers: Mapping[str, str], content: bytes, now: float, *, who: Peer, refused: Text
) -> ApiError:
    """For a failed upload or download. `refused` is the sentence for a refusal.

    Such a host gets no key, so its 401 and 403 are not about the key.
    """
    detail = _line(status, _words(_json(content), content))
    wait = retry_after(headers, now)
    if status == 408:
        return NoReply(who.slow, advice=_CHECK_NETWORK, detail=detail, status=status)
    if status == 429:
        return SlowDown(who.busy, advice=_IN_A_MOMENT, detail=detail, status=status, retry_after=wait)
    if 400 <= status < 500:
        advice = Text("Try again, or choose another file.")
        return RequestRefused(refused, advice=advice, detail=detail, status=status)
    if 500 <= status < 600:
        return ServerTrouble(who.troubled, advice=_IN_A_MOMENT, detail=detail, status=status, retry_after=wait)
    return unreadable("neither a success nor an error", status=status, who=who)


def server_time(headers: Mapping[str, str]) -> float | None:
    """The server's clock when it answered, in Unix seconds; None if it told no time."""
    try:
        moment = parsedate_to_datetime(headers.get("date", ""))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait, at most a day, from seconds or an HTTP date; None if missing or invalid."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (TypeError, ValueError, OverflowError):
            return None
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now
    return min(max(0.0, seconds), LONGEST_WAIT) if math.isfinite(seconds) else None


_LOOKED_AT = 8_000
"""Characters of a text that are searched for its message."""


def shorten(text: str) -> str:
    """A server's text on one line, without mark-up, of limited length."""
    # The expressions for mark-up take quadratic time, so the text is cut first.
    text = text[:_LOOKED_AT]
    if re.search(r"<(?:!doctype|html|head|body|title|h1|p|error|\?xml)\b", text[:2000], re.IGNORECASE):
        title = re.search(r"<(title|h1|Message)\b[^>]*>(.*?)</\1>", text, re.IGNORECASE | re.DOTALL)
        text = title.group(2) if title else re.sub(r"(?is)<(script|style)\b.*?</\1>", " ", text)
        # Imported late: its table of entities is large, and most answers are JSON.
        from html import unescape

        text = unescape(re.sub(r"<[^>]*>", " ", text))
    line = " ".join("".join(ch if ch.isprintable() else " " for ch in text).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"


def decoded(content: bytes) -> str:
    """The beginning of a body as text, whatever its encoding."""
    return content[: 64 * 1024].decode("utf-8", "replace")


def quoted(status: int, content: bytes) -> str:
    """An answer as evidence: its status and the beginning of its body, without secrets."""
    begun = "".join(ch if ch.isprintable() or ch == "\n" else "\ufffd" for ch in decoded(content)[: 4 * MOST_QUOTED])
    # Secrets are removed before the text is cut: half a key is still a secret.
    return f"HTTP {status} · {without_secrets(begun)[:MOST_QUOTED]}" if begun else f"HTTP {status}"


def host_of(url: str) -> str:
    """The host name in a link, for error messages; empty if it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _not_reached(detail: str, host: str, who: Peer, *, kind: str) -> NotReached:
    lowered = f"{kind} {detail}".lower()
    message, advice = who.unreached, _CHECK_NETWORK
    if "proxy" in lowered:
        message, advice = who.unproxied, Text("Check the proxy and the network connection.")
    elif "certificate" in lowered or "ssl" in lowered or "tls" in lowered:
        message = who.untrusted
        advice = Text("Check this computer's clock, and whether a proxy or virus scanner inspects the connection.")
    elif any(said in lowered for said in ("name or service", "getaddrinfo", "name resolution", "nodename")):
        message = Text("{host} was not found on the network.").with_(host=host or who.name)
    return NotReached(message, advice=advice, detail=detail)


def _is_runways_own(body: Any) -> bool:
    """Whether an error has Runway's own form. A gateway, which may have forwarded the request, sends HTML, nothing, or
    JSON of another form."""
    return isinstance(body, dict) and isinstance(body.get("error"), str)


_NO_CREDITS = re.compile(r"\b(enough|insufficient)\b.{0,20}\bcredits?\b", re.IGNORECASE)
"""The message of an answer that names no field. Runway has no code for it."""


def _refused(status: int, body: Any, said: str, detail: str) -> RequestRefused:
    if isinstance(body, dict) and body.get("code") == NO_MODEL:
        return _no_model(body, status, detail)
    refusals = _refusals(body)
    if not refusals and _NO_CREDITS.search(said):
        return NoCredits(Text("Not enough credits at Runway."), detail=detail, status=status)
    message = Text("Runway did not accept the request.")
    if said:
        # Translators: "said" is Runway's own sentence, in English.
        message = Text("Runway did not accept the request: {said}").with_(said=_sentence(said))
    advice = Text("Change what it names and send it again.") if refusals else Text("")
    return RequestRefused(message, advice=advice, detail=detail, status=status, refusals=refusals)


_EMPTIED_BY: Mapping[str, tuple[str, Text]] = {
    "capability": ("", Text("No model of this router can do what the settings ask for.")),
    "prompt_length": ("promptText", Text("The prompt is too long for every model of this router.")),
    "input_support": ("", Text("No model of this router takes these inputs.")),
    "allow_deny": ("", Text("This router allows none of the models that can do this.")),
    "price": ("", Text("Every model that can do this costs more than this router allows.")),
}
"""What left no model, by Runway's word: the field concerned, if one is, and a sentence."""


def _no_model(body: Mapping[str, Any], status: int, detail: str) -> RequestRefused:
    emptied = body.get("emptiedBy")
    words = [word for word in emptied if isinstance(word, str)] if isinstance(emptied, list) else []
    known = [_EMPTIED_BY.get(word, ("", verbatim(shorten(word)))) for word in words[:MOST_FILTERS]]
    found_none = Text("The router found no model for this request. Nothing is charged.")
    message = in_turn(found_none, *(said for _, said in known))
    refusals = tuple(Refusal(path=(name,) if name else (), message=str(said), code=NO_MODEL) for name, said in known)
    return RequestRefused(message, detail=detail, status=status, refusals=refusals)


def _refusals(body: Any) -> tuple[Refusal, ...]:
    issues = body.get("issues") if isinstance(body, dict) else None
    if not isinstance(issues, list):
        return ()
    found = (issue if isinstance(issue, dict) else {"message": _text(issue)} for issue in issues)
    return tuple(
        Refusal(
            path=_path(issue.get("path")),
            message=shorten(_text(issue.get("message") or "Not accepted.")),
            code=_text(issue.get("code") or ""),
        )
        for issue in found
    )


def _path(path: Any) -> tuple[str | int, ...]:
    """Names and indexes as the server gives them; a dotted text is split."""
    if isinstance(path, str):
        return tuple(int(step) if _POSITION.fullmatch(step) else step for step in path.split(".") if step)
    if isinstance(path, list):
        return tuple(step if isinstance(step, (str, int)) else _text(step) for step in path)
    return ()


def _text(value: Any) -> str:
    """A text as it is, other values by `str`; empty if nested too deeply."""
    try:
        return str(value)
    except RecursionError:
        return ""


def _words(body: Any, content: bytes) -> str:
    """The server's message on one line: the `error` of its JSON, else the text of the body."""
    if isinstance(body, dict):
        for name in ("error", "message", "detail"):
            said = body.get(name)
            if isinstance(said, dict):
                said = said.get("message")
            if isinstance(said, str) and said.strip():
                return shorten(said)
    return shorten(decoded(content))


def _json(content: bytes) -> Any:
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _line(status: int, said: str) -> str:
    said = shorten(said)
    if not status:
        return said
    # Error pages often begin with their own status.
    said = said.removeprefix(str(status)).lstrip(" :-")
    return f"HTTP {status} · {said}" if said else f"HTTP {status}"


def _sentence(said: str) -> str:
    return said if said.endswith((".", "!", "?", "…")) else f"{said}."


def _try_in(seconds: float) -> Text:
    if seconds < 90:
        return Text("Try again in a second.", "Try again in {n} seconds.").of(max(1, round(seconds)))
    if seconds < 5400:
        return Text("Try again in a minute.", "Try again in {n} minutes.").of(round(seconds / 60))
    return Text("Try again in an hour.", "Try again in {n} hours.").of(round(seconds / 3600))


def _kind_and_text(error: Exception) -> str:
    """The library's or system's message, for the small print, without the errno."""
    text = re.sub(r"^\[Errno -?\d+\]\s*", "", shorten(without_secrets(str(error))))
    # The library's own summary of several addresses names no cause.
    return type(error).__name__ if text in ("", "All connection attempts failed") else text
