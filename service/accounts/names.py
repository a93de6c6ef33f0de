"""Names and e-mail addresses as people type them: normalised, and refused where they could deceive."""

import unicodedata
from email.errors import MessageError
from email.headerregistry import Address

from service.core.errors import InvalidInput

LONGEST_NAME = 120
LONGEST_EMAIL = 254
# Scripts that are written together, UTS 39 "highly restrictive": a name keeps to one set. Letters are
# known by the first word of their Unicode name, which is their script.
TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
)
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_MOST_MARKS = 2


def clean_name(text: str, *, field: str = "name") -> str:
    """Return a name in NFKC with single spaces; raise InvalidInput for one that could deceive."""
    if len(text) > LONGEST_NAME:
        raise _refused(field, f"at most {LONGEST_NAME} characters", "long")
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    if not name or not any(letter.isalnum() for letter in name):
        raise _refused(field, "give a name", "empty")
    if len(name) > LONGEST_NAME:
        raise _refused(field, f"at most {LONGEST_NAME} characters", "long")
    if any(unicodedata.category(letter) in _HIDDEN for letter in name) or _piled(name):
        raise _refused(field, "has characters that cannot be seen", "hidden")
    if mixes_scripts(name):
        raise _refused(field, "mixes alphabets whose letters look alike", "mixed")
    return name


def mixes_scripts(name: str) -> bool:
    """Tell whether the letters come from scripts that are not written together."""
    scripts = {_script(letter) for letter in name if letter.isalpha()}
    return len(scripts) > 1 and not any(scripts <= allowed for allowed in TOGETHER)


def name_key(name: str) -> str:
    """Return what two names share that people would take for the same."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


def clean_email(text: str) -> str:
    """Return an address in NFKC; raise InvalidInput when it is none, or in no plain ASCII form.

    Only ASCII is taken: an internationalised address could look like another one, and our own mail
    would not reach it through every server.
    """
    address = unicodedata.normalize("NFKC", text).strip()
    try:
        parsed = Address(addr_spec=address)
    except (MessageError, ValueError, IndexError):
        raise _no_address() from None
    plain = address.isascii() and address.isprintable() and " " not in address
    if not plain or len(address) > LONGEST_EMAIL or not parsed.username or not parsed.domain:
        raise _no_address()
    return address


def email_key(address: str) -> str:
    """Return the form in which addresses are compared."""
    return unicodedata.normalize("NFKC", address).strip().casefold()


def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split()[0]


def _piled(name: str) -> bool:
    """Tell whether accents are piled on a letter, which hides its neighbours."""
    run = 0
    for letter in name:
        run = run + 1 if unicodedata.category(letter) in ("Mn", "Me") else 0
        if run > _MOST_MARKS:
            return True
    return False


def _refused(field: str, what: str, code: str) -> InvalidInput:
    return InvalidInput(what, where=field, fields={field: what}, code=f"accounts.name.{code}")


def _no_address() -> InvalidInput:
    what = "is no e-mail address"
    return InvalidInput(what, where="email", fields={"email": what}, code="accounts.email")
