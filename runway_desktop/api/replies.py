"""The translation of what httpx and the servers say into the tree of `domain.errors`. Pure; any thread.

Each error is built here and raised by the caller outside of its `except`: httpx's own exceptions hold the request and
its headers, the key among them, and must not hang on to what is logged or shown. Server texts lose the key before
they get in.
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
    NotReached,
    NotTaken,
    NotThere,
    RequestRefused,
    ServerTrouble,
    SlowDown,
)
from runway_desktop.domain.secrecy import without_secrets
from runway_desktop.domain.task import Refusal

LONGEST_WAIT = 86_400.0
"""Seconds: no limit of Runway's is longer than a day, so a longer Retry-After is a mistake."""
MOST_QUOTED = 2_000
"""Characters of an answer that are kept as evidence."""
LONGEST = 240
"""Characters of a server's text that are kept for the small print."""

_UNSENT = (httpx.ConnectError, httpx.ProxyError, httpx.UnsupportedProtocol, httpx.LocalProtocolError)
_POSITION = re.compile(r"[0-9]{1,9}")


def no_key() -> KeyRefused:
    return KeyRefused("There is no key for Runway yet.", advice="Enter one in the preferences.")


def unusable_key() -> KeyRefused:
    """For a key that cannot be put into a header: blanks inside, line breaks, letters outside ASCII."""
    message = "The key for Runway holds characters that a key cannot have."
    return KeyRefused(message, advice="Copy it again, whole, and enter it once more.")


def from_connection(error: Exception, host: str, *, who: str = "Runway", unsent: bool = False) -> ApiError:
    """For a request that got no answer, whatever was raised. Surely nothing left: NotReached. Else it may have left:
    NoReply. A broken encoding, or an address that is none: BadReply.

    The libraries raise the first kinds only while they connect: pool, name, TCP, TLS, proxy. `unsent` is for all
    others: whether it is known that no byte of the request was written.
    """
    detail = _kind_and_text(error)
    if isinstance(error, httpx.ConnectTimeout):
        message = f"{_capital(who)} could not be reached in time."
        return NotReached(message, advice="Check the network connection.", detail=detail)
    if isinstance(error, httpx.PoolTimeout):
        return too_much_at_once(who, detail=detail)
    if unsent or isinstance(error, _UNSENT):
        return _not_reached(detail, host, who, kind=type(error).__name__)
    if isinstance(error, (httpx.DecodingError, httpx.InvalidURL, UnicodeError)):
        # The last two: a name of a host that is none, which is noticed at different depths.
        return unreadable(detail, who=who)
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        return NoReply(
            f"{_capital(who)} did not answer in time.", advice="Check the network connection.", detail=detail
        )
    message = f"The connection to {who} was cut before the whole answer came."
    return NoReply(message, advice="Check the network connection.", detail=detail)


def not_writable(reason: str) -> RequestRefused:
    """For a request that cannot be put into bytes: half a character from a broken text, say. `reason` is small
    print."""
    message = "The request holds something that cannot be sent."
    return RequestRefused(message, advice="Write its text anew and send it again.", detail=shorten(reason), status=0)


def not_understood() -> NoReply:
    """For what nobody thought of. Whether anything left is not known."""
    message = "Something went wrong in the program while it spoke with Runway."
    return NoReply(message, advice="Its log says what. If it stays so, look for a newer version.")


def too_much_at_once(who: str, *, detail: str = "") -> NotReached:
    """For a request whose turn did not come in time."""
    message = f"Too much was asked of {who} at once, and this waited too long for its turn."
    return NotReached(message, advice="It can be tried again.", detail=detail)


def unusable_proxy() -> NotReached:
    """For an environment that names a proxy that cannot be used."""
    message = "The proxy that this computer's settings name cannot be used, so nothing was sent."
    advice = "Use an http, https or socks5 address in ALL_PROXY and HTTPS_PROXY, and start the program again."
    return NotReached(message, advice=advice)


def closed() -> NotReached:
    """For a request that comes after the connections were closed."""
    return NotReached("The program is closing, so nothing was sent.", advice="Start it again.")


def too_slow(seconds: float, *, what: str = "the answer", who: str = "Runway") -> NoReply:
    """For an answer that comes, or a request that goes, so slowly that nobody waits for its end."""
    detail = f"{what} was not complete after {seconds:g} s"
    return NoReply(f"{_capital(who)} did not answer in time.", advice="Check the network connection.", detail=detail)


def unreadable(reason: str, *, status: int = 0, who: str = "Runway") -> BadReply:
    """For an answer that makes no sense. `reason` is small print."""
    return BadReply(
        f"An answer of {who} could not be understood.",
        advice="Try again later. If it stays so, look for a newer version of this program.",
        detail=_line(status, reason),
        status=status,
    )


def from_status(status: int, headers: Mapping[str, str], content: bytes, now: float) -> ApiError:
    """For an answer of the API that is not a success. `now` in Unix seconds, for a Retry-After that is a date.

    Source: the API's page on HTTP errors. 403 is not on it: only 401 speaks of the key, so a 403 (a proxy, a
    firewall, something this key may not do) does not stop the program from asking for other things. A 404 speaks of a
    task only in Runway's own form.
    """
    body = _json(content)
    said = _words(body, content)
    detail = _line(status, said)
    match status:
        case 401:
            return KeyRefused(
                "Runway did not accept the key.",
                advice="Check it: a stray blank or a disabled key is the usual cause.",
                detail=detail,
                status=status,
            )
        case 404 if _is_runways_own(body):
            return NotThere("Runway did not find this.", detail=detail, status=status)
        case 404:
            return Misrouted(
                "A proxy or gateway answered instead of Runway.",
                advice="Nothing is lost. If it stays so, check the proxy, the VPN and the address of the API.",
                detail=detail,
                status=status,
            )
        case 429:
            wait = retry_after(headers, now)
            return SlowDown(
                "Runway takes no more requests for now.",
                advice=f"It can be tried again in {_duration(wait)}."
                if wait
                else "Too many were sent at once, or the day's number for this model is used up.",
                detail=detail,
                status=status,
                retry_after=wait,
            )
        case 408:
            # The server gave up waiting. That it read nothing is likely and not certain.
            return from_other_host(status, headers, content, now, who="Runway", refused=said)
        case _ if 400 <= status < 500:
            return _refused(status, body, said, detail)
        case 503 if _is_runways_own(body):
            message = "Runway is overloaded and did not take the request."
            wait = retry_after(headers, now)
            return NotTaken(message, advice="Try again in a moment.", detail=detail, status=status, retry_after=wait)
        case _ if 500 <= status < 600:
            return from_other_host(status, headers, content, now, who="Runway", refused=said)
        case _ if 300 <= status < 400:
            return unreadable("a redirect, which is not followed with a key", status=status)
        case _:
            return unreadable(said, status=status)


def from_other_host(
    status: int, headers: Mapping[str, str], content: bytes, now: float, *, who: str, refused: str
) -> ApiError:
    """For an upload or a download that was not served. `who` names the host, `refused` says in a sentence what it did
    not do.

    Such a host knows no key, so its 401 and 403 never speak of that.
    """
    detail = _line(status, _words(_json(content), content))
    wait = retry_after(headers, now)
    if status == 408:
        message = f"The connection to {who} was too slow."
        return NoReply(message, advice="Check the network connection.", detail=detail, status=status)
    if status == 429:
        message = f"{_capital(who)} takes no more requests for now."
        return SlowDown(message, advice="Try again in a moment.", detail=detail, status=status, retry_after=wait)
    if 400 <= status < 500:
        return RequestRefused(refused, advice="Try again, or choose another file.", detail=detail, status=status)
    if 500 <= status < 600:
        message = f"{_capital(who)} has trouble at the moment."
        return ServerTrouble(message, advice="Try again in a moment.", detail=detail, status=status, retry_after=wait)
    return unreadable("neither a success nor an error", status=status, who=who)


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait, a day at most, from seconds or an HTTP date; None where nothing sensible is said."""
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
"""Characters of a text in which its words are looked for."""


def shorten(text: str) -> str:
    """A text of a server on one line, without mark-up and of bounded length."""
    # What looks for mark-up looks again from each sign of it.
    text = text[:_LOOKED_AT]
    if re.search(r"<(?:!doctype|html|head|body|title|h1|p|error|\?xml)\b", text[:2000], re.IGNORECASE):
        title = re.search(r"<(title|h1|Message)\b[^>]*>(.*?)</\1>", text, re.IGNORECASE | re.DOTALL)
        text = title.group(2) if title else re.sub(r"(?is)<(script|style)\b.*?</\1>", " ", text)
        # With all names of signs: most answers are JSON.
        from html import unescape

        text = unescape(re.sub(r"<[^>]*>", " ", text))
    line = " ".join("".join(ch if ch.isprintable() else " " for ch in text).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"


def decoded(content: bytes) -> str:
    """The beginning of a body as text, whatever its encoding."""
    return content[: 64 * 1024].decode("utf-8", "replace")


def quoted(status: int, content: bytes) -> str:
    """An answer as it came, for the evidence: its status and the beginning of its body, without secrets."""
    begun = "".join(ch if ch.isprintable() or ch == "\n" else "\ufffd" for ch in decoded(content)[: 4 * MOST_QUOTED])
    # A key that is cut in two is still one.
    return f"HTTP {status} · {without_secrets(begun)[:MOST_QUOTED]}" if begun else f"HTTP {status}"


def host_of(url: str) -> str:
    """The name of the host in a link, for the words of an error; empty where it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _not_reached(detail: str, host: str, who: str, *, kind: str) -> NotReached:
    lowered = f"{kind} {detail}".lower()
    if "proxy" in lowered:
        message = f"{_capital(who)} could not be reached through the proxy that this computer's settings name."
        advice = "Check the proxy, and the network connection."
    elif "certificate" in lowered or "ssl" in lowered or "tls" in lowered:
        message = f"No trusted connection to {who} could be made."
        advice = "Check the clock of this computer and whether a proxy or a virus scanner reads along."
    elif (
        "name or service" in lowered
        or "getaddrinfo" in lowered
        or "name resolution" in lowered
        or "nodename" in lowered
    ):
        message = f"{host or who} was not found on the network."
        advice = "Check the network connection."
    else:
        message = f"{_capital(who)} could not be reached."
        advice = "Check the network connection."
    return NotReached(message, advice=advice, detail=detail)


def _is_runways_own(body: Any) -> bool:
    """Whether an error is in the form of Runway's own. A gateway, which may have passed the request on, writes HTML,
    nothing, or JSON of another form."""
    return isinstance(body, dict) and isinstance(body.get("error"), str)


_NO_CREDITS = re.compile(r"\b(enough|insufficient)\b.{0,20}\bcredits?\b", re.IGNORECASE)
"""Words of an answer that names no field. Runway has no code for it."""


def _refused(status: int, body: Any, said: str, detail: str) -> RequestRefused:
    refusals = _refusals(body)
    if not refusals and _NO_CREDITS.search(said):
        return NoCredits("Not enough credits at Runway.", detail=detail, status=status)
    message = f"Runway did not accept the request: {_sentence(said)}" if said else "Runway did not accept the request."
    advice = "Change what it names and send it again." if refusals else ""
    return RequestRefused(message, advice=advice, detail=detail, status=status, refusals=refusals)


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
    """Names and positions as the server gives them; a dotted text is taken apart."""
    if isinstance(path, str):
        return tuple(int(step) if _POSITION.fullmatch(step) else step for step in path.split(".") if step)
    if isinstance(path, list):
        return tuple(step if isinstance(step, (str, int)) else _text(step) for step in path)
    return ()


def _text(value: Any) -> str:
    """A text as it is, anything else as Python writes it; nothing for what is nested beyond reading."""
    try:
        return str(value)
    except RecursionError:
        return ""


def _words(body: Any, content: bytes) -> str:
    """What the server says, in one line: the `error` of its JSON, else the text of whatever it sent."""
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
    # Error pages like to begin with their own number.
    said = said.removeprefix(str(status)).lstrip(" :-")
    return f"HTTP {status} · {said}" if said else f"HTTP {status}"


def _capital(who: str) -> str:
    return who[:1].upper() + who[1:]


def _sentence(said: str) -> str:
    return said if said.endswith((".", "!", "?", "…")) else f"{said}."


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} seconds" if round(seconds) > 1 else "a second"
    return f"{round(seconds / 60)} minutes" if seconds < 5400 else f"{round(seconds / 3600)} hours"


def _kind_and_text(error: Exception) -> str:
    """What the library or the system says, for the small print: its own number of the error tells a person nothing."""
    text = re.sub(r"^\[Errno -?\d+\]\s*", "", shorten(without_secrets(str(error))))
    return text or type(error).__name__
