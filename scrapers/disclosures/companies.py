"""Company names, recognised by their legal form."""

import functools
import re
import unicodedata
from collections.abc import Iterator

from scrapers.disclosures.data import words

_CAPITAL = "A-ZÀ-ÖØ-ÞŁŚŻŹĆĄĘŃÓČŠŽŘĎŤŇĞİŞА-Я"
_WORD = rf"[{_CAPITAL}0-9][\w&.'’+/-]*"
_JOINT = r"(?:&|und|and|et|e|y|de|di|del|della|of|for|the|von|van|i|en)"
_LATIN = rf"{_WORD}(?: {_WORD}| {_JOINT} {_WORD}){{0,6}}"
_HANGUL = r"[가-힣A-Za-z0-9&.]{1,24}"
_HAN = r"[\u4e00-\u9fff々〇\u3040-\u30ffーA-Za-z0-9&（）()・·]{2,30}"
_BEFORE = r"[가-힣\u4e00-\u9fff\u3040-\u30ffーA-Za-z0-9&.・·]{1,30}(?: [A-Z][\w&.]{1,20}){0,2}"
_QUOTED = r"[«\"“][^»\"”\n]{2,60}[»\"”]"
_NOISE = re.compile(
    r"^(?:©|\(c\)|copyright|(?:19|20)\d\d(?:\s?[-–]\s?(?:19|20)?\d\d)?|by|,|\.|:|-|\s|all rights reserved)+(?=\W|$)\s*",
    re.IGNORECASE,
)


@functools.cache
def expression() -> re.Pattern[str]:
    """Return the expression for a company with its legal form."""
    after, before = words()["company_after"], words()["company_before"]
    latin = "|".join(form for form in after if form.isascii() or "ä" in form or "Ş" in form)
    hangul = "|".join(form for form in after if re.search("[가-힣㈜]", form))
    han = "|".join(form for form in after if re.search("[\u4e00-\u9fff]", form))
    front = "|".join(before)
    return re.compile(
        rf"(?<![\w.])(?:{_LATIN}),? (?:{latin})(?![\w])"
        rf"|(?:{_HANGUL})\s?(?:{hangul})(?![가-힣])"
        rf"|(?:{front})\s?(?:{_QUOTED}|{_BEFORE})"
        rf"|{_HAN}(?:{han})"
    )


def companies(text: str) -> Iterator[tuple[str, int]]:
    """Yield (name with its legal form, where it starts) for each company in a text."""
    for match in expression().finditer(text):
        noise = _NOISE.match(match[0])
        skipped = noise.end() if noise else 0
        name = match[0][skipped:].strip(" ,.;:") + ("." if _ends_in_dot(match[0]) else "")
        if len(name) > 3:  # noqa: PLR2004 -- a form alone
            yield name, match.start() + skipped


def _ends_in_dot(text: str) -> bool:
    """Tell whether the dot at the end belongs to the form: S.r.l., e.K., Inc."""
    return bool(re.search(r"(?:\.\s?[A-Za-z]{1,2}|Inc|Corp|Ltda|Ges\.m\.b\.H)\.$", text))


def key(name: str) -> str:
    """Return what is left of a name to compare: no legal form, no case, no punctuation."""
    text = unicodedata.normalize("NFKC", name)
    forms = sorted([*words()["company_after"], *words()["company_before"]], key=len, reverse=True)
    for form in forms:
        # Only a form that stands apart: SA is none in SALON.
        text = re.sub(rf"(?<![A-Za-z]){unicodedata.normalize('NFKC', form)}(?![A-Za-z])", " ", text)
    return re.sub(r"[\W_]+", "", text).casefold()
