"""Signs files with C2PA content credentials, and reads what an independent reader says of them.

The certificate and its key are made anew in each run. `pytest.skip` where c2pa-python has no wheel.
"""

from __future__ import annotations

import datetime
import io
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
}


def sign(path: Path) -> Path:
    """Signs a file in place. Its extension says its format."""
    path.write_bytes(signed(path.read_bytes(), TYPES[path.suffix]))
    return path


def signed(content: bytes, content_type: str, *, link: str = "") -> bytes:
    """The file with credentials in it; `link`: with credentials only at this address, named in its XMP."""
    c2pa = library()
    made = {
        "claim_generator_info": [{"name": "A maker", "version": "1"}],
        "title": "A result",
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [MADE]}}],
    }
    target = io.BytesIO()
    builder, signer = c2pa.Builder(json.dumps(made)), _signer(os.getpid())
    if link:
        builder.set_no_embed()
        builder.set_remote_url(link)
    builder.sign(signer, content_type, io.BytesIO(content), target)
    return target.getvalue()


def state_of(path: Path) -> str:
    """What an independent reader says of the file's credentials: "Valid", "Invalid", or "" if there are none."""
    c2pa = library()
    try:
        with path.open("rb") as file, c2pa.Reader(TYPES[path.suffix], file) as reader:
            return str(reader.get_validation_state())
    except c2pa.C2paError.ManifestNotFound:
        return ""


def library() -> Any:
    return pytest.importorskip("c2pa", reason="c2pa-python is not made for this system")


MADE = {
    "action": "c2pa.created",
    "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
}


@cache
def _signer(process: int) -> Any:
    """A signer with a chain of two certificates, as readers require: they refuse self-signed ones. The library closes
    it in a fork: each process needs its own."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def named(name: str) -> x509.Name:
        return x509.Name(
            [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Invented"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
        )

    def certificate(of: Any, name: str, issuer: Any, issuer_name: str, *, is_root: bool) -> Any:
        now = datetime.datetime.now(datetime.UTC)
        usage = dict.fromkeys(
            (
                "content_commitment",
                "key_encipherment",
                "data_encipherment",
                "key_agreement",
                "encipher_only",
                "decipher_only",
            ),
            False,
        )
        made = (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named(issuer_name))
            .public_key(of.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=36_500))
            .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(digital_signature=not is_root, key_cert_sign=is_root, crl_sign=is_root, **usage),
                critical=True,
            )
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(of.public_key()), critical=False)
        )
        if not is_root:
            made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        return made.sign(issuer, hashes.SHA256())

    root, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    chain = (
        certificate(key, "Invented maker", root, "Invented root", is_root=False),
        certificate(root, "Invented root", root, "Invented root", is_root=True),
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    c2pa = library()
    return c2pa.Signer.from_info(
        c2pa.C2paSignerInfo(b"es256", b"".join(one.public_bytes(pem) for one in chain), secret, None)
    )
