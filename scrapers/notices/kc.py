"""Korea: whether a KC certification number stands in safetykorea's register. Not a notice, a look-up."""

from urllib.parse import urlencode

import msgspec

from scrapers.errors import InvalidInput
from scrapers.notices.safetykorea import API, FOUND, KEY, NOTHING
from scrapers.notices.source import Request
from scrapers.notices.text import clean

CREDENTIALS = KEY


class Certification(msgspec.Struct, frozen=True):
    """An entry of the register, in its own words; empty texts were not stated."""

    number: str
    state: str
    product: str
    brand: str
    model: str
    maker: str
    maker_country: str
    importer: str
    agency: str
    date: str


class _Entry(msgspec.Struct, rename="camel"):
    """An entry as the API gives it; the names are its own."""

    cert_num: str | None = ""
    cert_state: str | None = ""
    cert_date: str | None = ""
    cert_organ_name: str | None = ""
    product_name: str | None = ""
    brand_name: str | None = ""
    model_name: str | None = ""
    maker_name: str | None = ""
    maker_cntry_name: str | None = ""
    import_div: str | None = ""
    cert_user_name: str | None = ""


class _Answer(msgspec.Struct, rename="camel"):
    result_code: str | int
    result_msg: str | None = ""
    result_data: _Entry | list[_Entry] | None = None


def request(number: str) -> Request:
    """Return the question about one certification number, such as CB123A456-7890.

    Raises InvalidInput for what is no number.
    """
    plain = number.strip().upper()
    if not plain.isascii() or not plain.replace("-", "").isalnum() or not 6 <= len(plain) <= 30:  # noqa: PLR2004
        raise InvalidInput("no KC certification number", number[:40])
    return Request(f"{API}/cert/certificationDetail.json?{urlencode({'certNum': plain})}")


def parse(data: bytes) -> Certification | None:
    """Return the entry of an answer, None when the register does not know the number.

    Raises InvalidInput for an error of the API and for what is no answer of it.
    """
    try:
        answer = msgspec.json.decode(data, type=_Answer)
    except msgspec.DecodeError as error:
        raise InvalidInput(f"no answer of safetykorea ({error})", "envelope") from error
    code = str(answer.result_code)
    if code not in (FOUND, NOTHING):
        raise InvalidInput(f"safetykorea answers {code} {answer.result_msg or ''!r}", "envelope")
    entry = answer.result_data[:1] if isinstance(answer.result_data, list) else [answer.result_data]
    return _certification(entry[0]) if code == FOUND and entry and entry[0] else None


def _certification(entry: _Entry) -> Certification:
    return Certification(
        number=clean(entry.cert_num),
        state=clean(entry.cert_state),
        product=clean(entry.product_name),
        brand=clean(entry.brand_name),
        model=clean(entry.model_name),
        maker=clean(entry.maker_name),
        maker_country=clean(entry.maker_cntry_name),
        importer=clean(entry.cert_user_name) if clean(entry.import_div) else "",
        agency=clean(entry.cert_organ_name),
        date=clean(entry.cert_date),
    )
