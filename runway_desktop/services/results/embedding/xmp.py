"""The note as an XMP packet, for pictures; other programs can read it. Pure."""

from __future__ import annotations

import re

from .note import EmbeddedNote

NAMESPACE = "https://github.com/runway-desktop/ns/request/1.0/"
MADE_BY_A_MODEL = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
"""The value of `DigitalSourceType` for media that a trained model made. Source: IPTC, NewsCodes `digitalsourcetype`."""
_QUOTES = {'"': "&quot;", "'": "&apos;"}


def packet(note: EmbeddedNote) -> bytes:
    # Imports http and email, so not before the first paint.
    from xml.sax.saxutils import escape

    created = f"<xmp:CreateDate>{escape(note.date)}</xmp:CreateDate>" if note.date else ""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
        f'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:runway="{NAMESPACE}">'
        f"<Iptc4xmpExt:DigitalSourceType>{MADE_BY_A_MODEL}</Iptc4xmpExt:DigitalSourceType>"
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(_plain(note.title))}</rdf:li></rdf:Alt></dc:title>'
        f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{escape(_plain(note.comment))}</rdf:li></rdf:Alt>'
        f"</dc:description><xmp:CreatorTool>Runway Desktop</xmp:CreatorTool>{created}"
        f"<runway:request>{escape(_plain(note.json), _QUOTES)}</runway:request>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="w"?>'
    ).encode()


def document_of(packet_bytes: bytes) -> str | None:
    """The JSON in a packet, also if another program rewrote the packet."""
    # Imports http and email, so not before the first paint.
    from xml.sax.saxutils import unescape

    text = packet_bytes.decode("utf-8", errors="replace")
    for start, end in (("<runway:request>", "</runway:request>"), ('runway:request="', '"')):
        inside, is_whole, _ = text.partition(start)[2].partition(end)
        if is_whole:
            return unescape(inside, {"&quot;": '"', "&apos;": "'", "&#xA;": "\n"})
    return None


def _plain(text: str) -> str:
    """Replaces control characters that XML does not allow."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]", " ", text)
