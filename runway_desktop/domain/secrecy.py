"""What must not leave the profile in a text: keys, and links that open a door for whoever has them. Pure.

A link that is signed for a while (to a result at Runway, to a file in somebody's cloud) loses its query, which holds
the signature; what is left still says where it led. Links without a signature stay as they are.
"""

from __future__ import annotations

import re

KEY = re.compile(r"key_[0-9A-Za-z]{8,}")
_KEY_LEFT = "key_…"
_LINK = re.compile(r"""(https?://[^\s"'<>\\?#]+)\?([^\s"'<>\\#]*)""", re.IGNORECASE)
_SIGNED = re.compile(
    r"(?:^|&)(?:_?jwt|sig|signature|x-amz-signature|x-amz-security-token|x-goog-signature|policy)=", re.IGNORECASE
)
"""Names under which CloudFront, S3, Google, Azure and Runway itself put a signature that ends with its time."""


def without_keys(text: str) -> str:
    return KEY.sub(_KEY_LEFT, text)


def without_secrets(text: str) -> str:
    """The text without keys and without the queries of signed links. JSON stays the JSON that it was."""
    return _LINK.sub(_unsigned, without_keys(text))


def _unsigned(link: re.Match[str]) -> str:
    return link[1] if _SIGNED.search(link[2]) else link[0]
