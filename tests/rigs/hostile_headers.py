"""Header lines that no decent server sends: each may stand in any answer, and is one line of bytes, or several."""

from __future__ import annotations

DIGITS = b"9" * 5000
"""More than Python turns into a number."""

LINES: tuple[bytes, ...] = (
    # Addresses that are none.
    *(
        b"Location: " + place
        for place in (
            b"//[", b"\xff\xfe", b"http://a:99999/", b"https://[::1", b"a" * 60_000, b"http://127.0.0.1:0/\x7f",
            b"data:,x", b"file:///etc/passwd", b"http:///x", b"https://\xc3\xa9.example\xff/", b"http://%00/",
            b"https://" + b"a." * 3000, b"https://xn--\xff/", b"?",
        )
    ),
    # Lengths that no file has.
    *(
        b"Content-Range: " + words
        for words in (
            b"bytes 5-9/" + DIGITS, b"bytes " + DIGITS + b"-9/10", b"bytes 5-9/3", b"bytes */10", b"bytes 9-5/10",
            b"bytes -5-9/10", b"\xff",
        )
    ),
    *(
        b"Content-Length: " + words
        for words in (
            b"-1", DIGITS, b"abc", b"1e3", b"5, 6", b"5\r\nContent-Length: 6", b"\xd9\xa5", b"+5", b"9" * 17, b"9" * 20,
        )
    ),
    # Names and kinds.
    b'ETag: "m\xf6we"', b"ETag: \xe7\x8c\xab", b'ETag: "' + b"x" * 60_000 + b'"',
    b'Content-Disposition: attachment; filename="../../../etc/passwd"', b"Content-Disposition: \xff",
    b"Content-Type: \xff", b"Content-Type: text/html; charset=" + DIGITS, b"Content-Type: " + b";" * 50_000,
    # Waits that no clock knows.
    *(
        b"Retry-After: " + words
        for words in (
            b"1e308", b"inf", b"nan", b"-1e308", DIGITS, b"1_0", b"\xff", b"Fri, 31 Dec 9999 23:59:59 GMT",
            b"Fri, 31 Dec 9999 23:59:59 -2359", b"Mon, 01 Jan 0001 00:00:00 +2359",
        )
    ),
    # Bodies that are not packed as they say.
    *(b"Content-Encoding: " + words for words in (b"gzip", b"br", b"zstd", b"deflate", b"\xff", b"gzip," * 10_000)),
    *(b"Transfer-Encoding: " + words for words in (b"gzip", b"chunked, chunked", b"chunked", b"\xff")),
    # What libraries read by themselves.
    b"Set-Cookie: a=b; expires=Fri, 31 Dec 99999 23:59:59 GMT", b"Set-Cookie: a=b; Max-Age=" + DIGITS,
    b"Set-Cookie: \xff=\xff; domain=\xff", b"Set-Cookie: a=b; version=" + DIGITS, b"Set-Cookie: " + b"a=b;" * 10_000,
    b"Connection: upgrade\r\nUpgrade: h2c", b"Connection: \xff", b"Keep-Alive: timeout=" + DIGITS,
    # Lines that are none.
    b"no colon", b": empty", b"a b: c", b"X: \x00", b"X:\r\n folded", b"X: " + b"a" * 90_000,
)  # fmt: skip

STATUSES = (b"200 OK", b"206 Partial Content", b"302 Found", b"416 X", b"429 X", b"503 X", b"101 X", b"99999 X", b"abc")


def head(status: bytes, line: bytes, body: bytes) -> bytes:
    """The beginning of an answer with one odd line, and whatever else its body needs."""
    says_length = line.lower().startswith((b"content-length", b"transfer-encoding"))
    length = b"" if says_length else b"Content-Length: %d\r\n" % len(body)
    return b"HTTP/1.1 " + status + b"\r\n" + line + b"\r\n" + length + b"\r\n"
