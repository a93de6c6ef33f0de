"""Numbers that registers hand out: read, checked, normalised.

python-stdnum does the work. Two are ours, because the library checks only the form of a Korean
business number and does not know the British company number.
"""

import functools
import importlib
import re
from collections.abc import Callable
from typing import Any

from stdnum.exceptions import ValidationError

from scrapers.errors import InvalidRules

_KR_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
_GB_COMPANY = re.compile(
    r"(?:\d{2}|AC|BR|CE|CS|FC|FE|GE|GN|GS|IC|IP|LP|NA|NC|NF|NI|NL|NO|NP|NR|NV|NZ|OC|OE|PC|R0|RC|RS"
    r"|SA|SC|SE|SF|SG|SI|SL|SO|SP|SR|SZ|ZC)\d{6}"
)

Validate = Callable[[str], str]
"""Returns the normalised number; raises ValueError for a wrong one."""


def kr_brn(text: str) -> str:
    """Return a Korean business number as 211-88-41856.

    Check digit: weights 1 3 7 1 3 7 1 3 5 over the first nine, plus the tens of the ninth times 5.
    """
    digits = re.sub(r"\D", "", text)
    if not re.fullmatch(r"[1-9]\d{9}", digits) or digits[3:5] == "00" or digits[5:9] == "0000":
        raise ValueError("no Korean business number")
    numbers = [int(digit) for digit in digits]
    total = sum(w * n for w, n in zip(_KR_WEIGHTS, numbers[:9], strict=True)) + numbers[8] * 5 // 10
    if (10 - total % 10) % 10 != numbers[9]:
        raise ValueError("the check digit is wrong")
    return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"


def gb_company(text: str) -> str:
    """Return a British company number with its 8 characters; there is no check digit.

    Companies House drops and restores leading zeros, so 6 or 7 digits are filled up.
    """
    compact = re.sub(r"[\s.-]", "", text).upper()
    if compact.isdigit() and len(compact) >= 6:  # noqa: PLR2004 -- shorter ones are other numbers
        compact = compact.zfill(8)
    if not _GB_COMPANY.fullmatch(compact) or compact == "0" * 8:
        raise ValueError("no British company number")
    return compact


def jp_invoice(text: str) -> str:
    """Return a Japanese invoice registration number, T and a corporate number."""
    return "T" + str(_stdnum("jp.cn").validate(re.sub(r"[Tt\s-]", "", text)))


def eu_vat(text: str) -> str:
    """Return a VAT number of an EU member with its country in front."""
    return str(_stdnum("eu.vat").validate(text))


def gb_vat(text: str) -> str:
    """Return a British VAT number as GB123456789."""
    return "GB" + str(_stdnum("gb.vat").validate(text))


def es_cif(text: str) -> str:
    """Return the tax number of a Spanish company, with or without ES in front."""
    return str(_stdnum("es.cif").validate(re.sub(r"^ES[\s-]?", "", text)))


def as_printed(text: str) -> str:
    """Return a number that has no check digit, in the form it was printed in."""
    return re.sub(r"\s+", " ", text).strip(" .,-")


_OWN: dict[str, Validate] = {
    "kr_brn": kr_brn,
    "gb_company": gb_company,
    "jp_invoice": jp_invoice,
    "eu_vat": eu_vat,
    "gb_vat": gb_vat,
    "es_cif": es_cif,
    "as_printed": as_printed,
}


@functools.cache
def validator(name: str) -> Validate:
    """Return one of ours, or python-stdnum's by its module (`br.cnpj`).

    `:compact` after the module leaves out its usual separators. Raises InvalidRules for a name that neither knows.
    """
    if name in _OWN:
        return _OWN[name]
    plain, _, form = name.partition(":")
    module = _stdnum(plain)
    written = getattr(module, form or "format", module.compact)
    return lambda text: str(written(module.validate(text)))


def _stdnum(name: str) -> Any:
    try:
        return importlib.import_module(f"stdnum.{name}")
    except ImportError as error:
        raise InvalidRules(f"no validator is called {name}") from error


def normalised(name: str, text: str) -> str | None:
    """Return a number in its normal form, None when it is wrong."""
    try:
        return validator(name)(text)
    except (ValidationError, ValueError):
        return None
