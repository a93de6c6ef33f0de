"""The form of a bundle between councils: signed by the sender, readable by the recipient only.

    {"signed": TEXT, "signature": BASE64}

TEXT is JSON: the header (format, kind, id, thread, sender, recipient, at) and `sealed`, the payload in
HPKE (RFC 9180, base mode: X25519, HKDF-SHA256, AES-256-GCM) for the recipient's sealing key; its `info`
is the header in JSON with sorted keys, so that a payload under another header does not open. The
signature (Ed25519, sender's signing key) is over the bytes of TEXT. Sender and recipient are named by
their fingerprint: SHA-256 over signing key and sealing key, hexadecimal.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from service.core.errors import InvalidInput

FORMAT = "caveat-bundle-1"
CARD = "caveat-council-1"
CASE, RECEIPT, RESULT, BACK = KINDS = ("case", "receipt", "result", "refer_back")
KEY_BYTES = 32
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True, slots=True)
class Header:
    """What stands outside of the seal; `thread` is the id of the bundle that handed the case over."""

    kind: str
    id: str
    thread: str
    sender: str
    recipient: str
    at: str
    format: str = FORMAT


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """The private keys of an installation."""

    signing: Ed25519PrivateKey
    sealing: X25519PrivateKey

    @property
    def public(self) -> "PublicKeys":
        """Return what others may know."""
        return PublicKeys(
            self.signing.public_key().public_bytes_raw(),
            self.sealing.public_key().public_bytes_raw(),
        )


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """The public keys of an installation, 32 bytes each."""

    signing: bytes
    sealing: bytes

    @property
    def fingerprint(self) -> str:
        """Return what people compare, as 64 hexadecimal digits."""
        return hashlib.sha256(self.signing + self.sealing).hexdigest()


class _Wire(msgspec.Struct, forbid_unknown_fields=True):
    signed: str
    signature: str


class _Signed(msgspec.Struct, forbid_unknown_fields=True):
    format: str
    kind: str
    id: str
    thread: str
    sender: str
    recipient: str
    at: str
    sealed: str

    @property
    def header(self) -> Header:
        """Return the header that stands around what is sealed."""
        return Header(self.kind, self.id, self.thread, self.sender, self.recipient, self.at)


class _Card(msgspec.Struct):
    format: str
    name: str
    address: str
    signing_key: str
    sealing_key: str


def close(header: Header, payload: Mapping[str, Any], *, own: OwnKeys, recipient: bytes) -> bytes:
    """Return the bytes of a bundle for a recipient's sealing key."""
    plain = json.dumps(payload, ensure_ascii=False, sort_keys=True).encode()
    key = X25519PublicKey.from_public_bytes(recipient)
    sealed = _SUITE.encrypt(plain, key, info=_info(header))
    signed = json.dumps(asdict(header) | {"sealed": _text(sealed)})
    signature = own.signing.sign(signed.encode())
    return json.dumps({"signed": signed, "signature": _text(signature)}).encode()


def header_of(wire: bytes) -> Header:
    """Return what a bundle says of itself, before anything is believed; raise InvalidInput for another form."""
    return _read(wire)[1].header


def open_bundle(wire: bytes, *, sender: PublicKeys, own: OwnKeys) -> tuple[Header, dict[str, Any]]:
    """Return header and payload; raise InvalidInput unless the sender signed it and it is for us."""
    outer, inner = _read(wire)
    header = inner.header
    try:
        key = Ed25519PublicKey.from_public_bytes(sender.signing)
        key.verify(_bytes(outer.signature), outer.signed.encode())
    except InvalidSignature:
        raise _refused("is not signed by the council that it names", "signature") from None
    if header.sender != sender.fingerprint:
        raise _refused("names another sender", "sender")
    if header.recipient != own.public.fingerprint:
        raise _refused("is for another council", "recipient")
    try:
        plain = _SUITE.decrypt(_bytes(inner.sealed), own.sealing, info=_info(header))
        found: dict[str, Any] = json.loads(plain)
    except (InvalidTag, ValueError):
        raise _refused("does not open with the key of this installation", "sealed") from None
    return header, found


def card(keys: PublicKeys, *, name: str, address: str) -> dict[str, str]:
    """Return what an installation tells others about itself."""
    return {
        "format": CARD,
        "name": name,
        "address": address,
        "signing_key": _text(keys.signing),
        "sealing_key": _text(keys.sealing),
        "fingerprint": keys.fingerprint,
    }


def keys_of(text: str) -> PublicKeys:
    """Return the keys of a card; raise InvalidInput for what is none."""
    try:
        found = msgspec.json.decode(text, type=_Card)
    except msgspec.DecodeError as error:
        raise _refused(f"is no card of a council ({error})", "card") from error
    keys = PublicKeys(_bytes(found.signing_key), _bytes(found.sealing_key))
    if found.format != CARD or {len(keys.signing), len(keys.sealing)} != {KEY_BYTES}:
        raise _refused(f"is no card of the form {CARD}", "card")
    return keys


def digest(wire: bytes) -> str:
    """Return the SHA-256 of a bundle's bytes, by which a receipt names it."""
    return hashlib.sha256(wire).hexdigest()


def _read(wire: bytes) -> tuple[_Wire, _Signed]:
    try:
        outer = msgspec.json.decode(wire, type=_Wire)
        inner = msgspec.json.decode(outer.signed, type=_Signed)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _refused(f"is no bundle ({error})", "bundle") from error
    if inner.format != FORMAT or inner.kind not in KINDS:
        raise _refused("is a bundle of a form that is not known here", "format")
    return outer, inner


def _info(header: Header) -> bytes:
    return json.dumps(asdict(header), sort_keys=True).encode()


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise _refused("holds text that is not base64", "bundle") from None


def _refused(what: str, where: str) -> InvalidInput:
    return InvalidInput(what, where=where, fields={where: what}, code="bundles.refused")
