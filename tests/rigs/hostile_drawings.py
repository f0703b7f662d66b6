"""Malicious drawings (SVG) that try to read a person's files or to keep the program busy."""

from __future__ import annotations

import base64
from pathlib import Path

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="64" height="64">'


def drawing(body: str) -> bytes:
    return f"{HEAD}{body}</svg>".encode()


def that_open(target: Path) -> dict[str, bytes]:
    """Each would open the file `target`, or an address, if it were drawn as it stands."""
    uri = target.as_uri()
    nested = base64.b64encode(drawing(f'<image href="{uri}" width="64" height="64"/>')).decode()
    image = '<image width="64" height="64" '
    return {
        "image": drawing(f'{image} href="{uri}"/>'),
        "old-link": drawing(f'{image} xlink:href="{uri}"/>'),
        "other-prefix": drawing(f'<g xmlns:x="http://www.w3.org/1999/xlink">{image} x:href="{uri}"/></g>'),
        "plain-path": drawing(f'{image} xlink:href="{target}"/>'),
        "relative": drawing(f'{image} xlink:href="{target.name}"/>'),
        "blanks": drawing(f'{image} xlink:href="  &#10;{uri}"/>'),
        "letters": drawing(f'{image} HREF="{uri}"/>'),
        "drawing-within": drawing(f'{image} xlink:href="data:image/svg+xml;base64,{nested}"/>'),
        "drawing-called-png": drawing(f'{image} xlink:href="data:image/png;base64,{nested}"/>'),
        "web": drawing(f'{image} xlink:href="http://127.0.0.1:9/pixel.png"/>'),
        "use": drawing(f'<use xlink:href="{uri}#a"/>'),
        "style": drawing(f"<style>@import url({uri}); rect {{ fill: url('{uri}#a') }}</style>"),
        "style-escaped": drawing(f"<style>rect {{ fill: u\\72l({uri}) }}</style>"),
        "style-comment": drawing(f"<style>@im/**/port '{uri}';</style><rect style='fill:ur/* */l({uri})'/>"),
        "style-data": drawing(f"<style><![CDATA[@import '{uri}';]]></style>"),
        "attribute": drawing(f'<rect width="9" height="9" style="fill:url( &quot;{uri}#a&quot; )"/>'),
        "filter": drawing(f'<rect width="9" height="9" filter="url({uri}#a)"/>'),
        "instruction": b'<?xml-stylesheet type="text/css" href="' + uri.encode() + b'"?>' + drawing("<g/>"),
        "document-type": f'<!DOCTYPE svg SYSTEM "{uri}">'.encode() + drawing("<g/>"),
        "script": drawing(f'<script href="{uri}">open("{uri}")</script><g onload="open(\'{uri}\')"/>'),
        "foreign": drawing(f'<foreignObject><iframe src="{uri}"/></foreignObject>'),
        "base": f'<svg xmlns="http://www.w3.org/2000/svg" xml:base="{uri}"><image href="#x"/></svg>'.encode(),
    }


def with_entities() -> dict[str, bytes]:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return {
        "file": b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + drawing("<text>&x;</text>"),
        "laughs": f'<!DOCTYPE svg [<!ENTITY l0 "ha">{laughs}]>'.encode() + drawing("<text>&l9;</text>"),
        "parameter": b'<!DOCTYPE svg [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]>' + drawing("<g/>"),
    }


def too_complex() -> dict[str, bytes]:
    """Each of a few kilobytes, apart from the last."""
    used = "".join(f'<g id="a{n}">{f"""<use xlink:href="#a{n + 1}"/>""" * 10}</g>' for n in range(12))
    return {
        "uses": drawing(f'<defs>{used}<rect id="a12" width="9" height="9"/></defs><use xlink:href="#a0"/>'),
        "uses-itself": drawing('<g id="a"><use xlink:href="#a"/></g>'),
        "deep": drawing("<g>" * 100_000 + "</g>" * 100_000),
        "many": drawing("<g/>" * 300_000),
    }


def slow() -> bytes:
    """2 KB that keep Qt busy for hours: masks, each of which needs the next one four times."""
    masked = '<rect width="4000" height="4000" fill="white" mask="url(#m{})"/>'
    masks = "".join(f'<mask id="m{n}">{masked.format(n + 1) * 4}</mask>' for n in range(6))
    size = 'width="4000" height="4000"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{masks}{masked.format(0)}</svg>'.encode()
