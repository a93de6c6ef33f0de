"""France: RappelConso, exported from the open data portal of the ministry of economy (Opendatasoft).

The data set with one row for each file is asked for; rows of the other one (a row for each barcode of a
file) are put together by their file number.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

import msgspec

from scrapers.notices import feed
from scrapers.notices.listings import listing_ids, mentions
from scrapers.notices.model import AffectedProduct, Firm, Measure, Notice, Rejected, Relation
from scrapers.notices.publisher import Publisher
from scrapers.notices.relations import relations
from scrapers.notices.source import DAY, Feed, Request, Source, State
from scrapers.notices.text import clean, iso_date, kept
from scrapers.notices.vocabulary import vocabulary

ID = "fr-rappelconso"
BY = Publisher(ID, "DGCCRF, RappelConso", "FR", "etalab-2.0", "fr")
EXPORT = "https://data.economie.gouv.fr/api/explore/v2.1/catalog/datasets/rappelconso-v2-gtin-espaces/exports/json"
_CASE = re.compile(r"(?:SR|A\d\d|INFO|OR)/\d{4,5}/\d\d")
_DATES = ("%Y-%m-%d", "%d/%m/%Y")
# Several values of one field, and a label before a value inside a field.
_PARTS = re.compile(r"[|$;\n]")


class _Row(msgspec.Struct):
    """A row of the data set; the names are its own."""

    numero_fiche: str
    date_publication: str
    gtin: str | int | None = None
    libelle: str | None = ""
    categorie_produit: str | None = ""
    sous_categorie_produit: str | None = ""
    marque_produit: str | None = ""
    modeles_ou_references: str | None = ""
    identification_produits: str | None = ""
    motif_rappel: str | None = ""
    risques_encourus: str | None = ""
    conduites_a_tenir_par_le_consommateur: str | None = ""
    modalites_de_compensation: str | None = ""
    nature_juridique_rappel: str | None = ""
    distributeurs: str | None = ""
    informations_complementaires: str | None = ""
    date_debut_commercialisation: str | None = ""
    date_date_fin_commercialisation: str | None = ""
    liens_vers_les_images: str | None = ""
    lien_vers_la_fiche_rappel: str | None = ""


class _Answer(msgspec.Struct):
    results: list[msgspec.Raw]
    total_count: int


def parse(data: bytes) -> Iterator[Notice | Rejected]:
    """Yield a Notice or a Rejected for each file of an export, of JSON Lines, or of an API page.

    Raises InvalidInput for bytes that are none of them.
    """
    if data.removeprefix(feed.BOM).lstrip()[:1] == b"{" and b'"total_count"' in data[:200]:
        rows = feed.enveloped(data, _Row, _Answer, lambda answer: answer.results)
    else:
        rows = feed.json_rows(data, _Row)
    return feed.notices(_by_file(rows), _notice)


def discover(state: State) -> list[Request]:
    """Ask for the files published since, or for all: an export knows no limit of rows."""
    asked = {"order_by": "numero_fiche"}
    if state.since is not None:
        asked["where"] = f"date_publication>=date'{state.since}'"
    return [Request(f"{EXPORT}?{urlencode(asked)}")]


class _File(msgspec.Struct):
    row: _Row
    barcodes: list[str]


def _by_file(
    rows: Iterable[tuple[str, _Row] | Rejected],
) -> Iterator[tuple[str, _File] | Rejected]:
    """Yield each file once, where it stood first, with the barcodes of all its rows."""
    files: dict[str, tuple[str, _File]] = {}
    for one in rows:
        if isinstance(one, Rejected):
            yield one
            continue
        where, row = one
        file = files.setdefault(row.numero_fiche.strip(), (where, _File(row, [])))[1]
        file.barcodes += [] if row.gtin in (None, "") else [str(row.gtin)]
    yield from files.values()


def _notice(file: _File) -> Notice:
    row, words = file.row, vocabulary()
    number = row.numero_fiche.strip()
    published = iso_date(row.date_publication[:10], *_DATES)
    hazard_text = " · ".join(kept(row.risques_encourus, row.motif_rappel))
    advice = " · ".join(kept(*_split(row.conduites_a_tenir_par_le_consommateur)))
    legal = clean(row.nature_juridique_rappel)
    named = (Relation("case", f"eu-safety-gate:{number}", "numero_fiche", number),)
    prose = [("motif_rappel", clean(row.motif_rappel))]
    prose.append(("informations_complementaires", clean(row.informations_complementaires)))
    return BY.notice(
        number,
        published=published,
        title=" · ".join(kept(row.libelle or row.modeles_ou_references, row.marque_produit)),
        url=clean(row.lien_vers_la_fiche_rappel),
        hazards=words.read("hazards", "fr", hazard_text),
        hazard_text=hazard_text,
        category=" / ".join(kept(row.categorie_produit, row.sous_categorie_produit)),
        measures=(Measure("recall", "", published, legal or "rappel"),),
        remedies=words.read("remedies", "fr", f"{advice} {clean(row.modalites_de_compensation)}"),
        remedy_text=" · ".join(kept(advice, row.modalites_de_compensation)),
        notifying_country="France",
        firms=tuple(Firm("retailer", name) for name in kept(*_split(row.distributeurs))),
        products=(_product(file, prose),),
        pictures=kept(*_split(row.liens_vers_les_images)),
        related=(named if _CASE.fullmatch(number) else ()) + relations(prose, ID),
    )


def _split(text: str | None) -> list[str]:
    return _PARTS.split(text or "")


def _product(file: _File, prose: list[tuple[str, str]]) -> AffectedProduct:
    row = file.row
    period = (row.date_debut_commercialisation, row.date_date_fin_commercialisation)
    sold = [iso_date((text or "")[:10], *_DATES) for text in period]
    texts = [*prose, ("identification_produits", clean(row.identification_produits))]
    return AffectedProduct(
        name=clean(row.libelle),
        kind=clean(row.sous_categorie_produit),
        brands=kept(row.marque_produit),
        models=kept(*_split(row.modeles_ou_references)),
        barcodes=kept(*file.barcodes),
        batches=kept(*_split(row.identification_produits)),
        production_dates="/".join(day or ".." for day in sold) if any(sold) else "",
        listing_ids=listing_ids(texts),
        mentions=mentions(texts),
    )


SOURCE = Source(
    id=ID,
    authority=BY.authority,
    jurisdiction=BY.jurisdiction,
    licence=BY.licence,
    home="https://rappel.conso.gouv.fr/",
    language=BY.language,
    parse=parse,
    feed=Feed(discover, rescan=30 * DAY),
)
