"""What all notices of one source have in common."""

from dataclasses import dataclass
from typing import Any

from scrapers.notices.model import Notice
from scrapers.notices.text import clean


@dataclass(frozen=True, slots=True)
class Publisher:
    """An authority as its notices name it; `form` says how near to the authority their wording is.

    `series` begins the notice ids where it differs from `id`: a mirror, or one of several feeds.
    """

    id: str
    authority: str
    jurisdiction: str
    licence: str
    language: str
    form: type[Notice] = Notice
    series: str = ""

    def notice(
        self, number: str, *, published: str | None, title: str, url: str, **facts: Any
    ) -> Notice:
        """Return a notice; ValueError for one without number or date.

        `record_type` is `recall`, `status` `active` and `updated` the day of publication unless
        `facts` say otherwise.
        """
        if not number.strip():
            raise ValueError("the number is empty")
        if not published:
            raise ValueError("the day of publication is missing or no date")
        stated: dict[str, Any] = {"record_type": "recall", "status": "active"} | facts
        stated["updated"] = stated.get("updated") or published
        return self.form(
            notice_id=f"{self.series or self.id}:{number.strip()}",
            source=self.id,
            native_id=number.strip(),
            authority=self.authority,
            jurisdiction=self.jurisdiction,
            published=published,
            title=clean(title),
            language=self.language,
            url=url,
            licence=self.licence,
            **stated,
        )
