"""Finding a person's cases without plain text: keyed fingerprints of e-mail addresses and telephone numbers.

Two spellings of one address or number have one fingerprint. The rows go with the case's key.
"""

import re
import secrets
import unicodedata
from collections.abc import Callable, Mapping

import phonenumbers
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.complaints.models import Case
from service.complaints.privacy.models import CaseContact
from service.core.crypto import Vault

EMAIL, PHONE = "email", "phone"
PSEUDONYM_BYTES = 32
_SEPARATORS = re.compile(r"[\s()./-]")
FIELDS = {"contact_email": EMAIL, "contact_phone": PHONE}


def index(
    session: Session, vault: Vault, case_id: str, texts: Mapping[str, str], *, country: str | None
) -> None:
    """Keep the fingerprints of a new case's contacts among `texts` (by field name); other fields are ignored.

    `country` (ISO 3166-1) says how a telephone number without a country code is dialled.
    """
    for field in sorted(FIELDS.keys() & texts.keys()):
        kind = FIELDS[field]
        found = fingerprint(vault, kind, texts[field], country=country)
        session.add(CaseContact(case_id=case_id, kind=kind, fingerprint=found))


def cases_of(
    session: Session, vault: Vault, kind: str, value: str, *, country: str | None = None
) -> list[str]:
    """Return the ids of the cases in which an address or number is a contact."""
    found = fingerprint(vault, kind, value, country=country)
    held = select(CaseContact.case_id).where(CaseContact.fingerprint == found)
    return list(session.scalars(held.order_by(CaseContact.case_id)))


def pseudonym(session: Session, vault: Vault, texts: Mapping[str, str]) -> str:
    """Return the name under which a person's complaints count as one voice: theirs, or a new random one.

    It is kept with the cases and their evidence, and leads back to the person only by the fingerprints:
    once those are erased, by nothing.
    """
    field = next(field for field in FIELDS if texts.get(field))
    found = fingerprint(vault, FIELDS[field], texts[field], country=texts.get("country"))
    same = select(Case.complainant).join(CaseContact, CaseContact.case_id == Case.id)
    known = same.where(CaseContact.fingerprint == found).order_by(Case.received_at).limit(1)
    return session.scalar(known) or secrets.token_hex(PSEUDONYM_BYTES)


def fingerprint(vault: Vault, kind: str, value: str, *, country: str | None = None) -> str:
    """Return the keyed fingerprint of an address or number, however it is spelt."""
    return vault.blind_index(f"contact:{kind}", normalise(kind, value, country=country))


def normalise(kind: str, value: str, *, country: str | None = None) -> str:
    """Return the one spelling of an address or number that fingerprints are made of."""
    return _NORMALISERS[kind](value.strip(), country)


def _email(value: str, _country: str | None) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", value).casefold())


def _phone(value: str, country: str | None) -> str:
    """Return the number as E.164 writes it, or its bare digits where no plan of numbers fits it."""
    text = _SEPARATORS.sub("", unicodedata.normalize("NFKC", value))
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return "".join(character for character in text if character.isdigit())
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


_NORMALISERS: Mapping[str, Callable[[str, str | None], str]] = {EMAIL: _email, PHONE: _phone}
