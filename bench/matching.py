"""Accuracy, speed and size of matching beside peers: python -m bench matching.

Peers in the same run: rapidfuzz token_set_ratio, and TF-IDF over words by scikit-learn; their thresholds are
the best ones on the rows for fitting. "unseen set" fits all tables without the set that is measured; the twins
are measured on clusters that were not fitted (five folds and two, at most ten rows of a cluster). Times are CPU time of
one process. Notices beyond the saved ones are recombined from real texts with invented brands and models.
"""

import json
import multiprocessing
import random
import re
import resource
import time
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import msgspec
import numpy as np
from rapidfuzz import fuzz
from sklearn.feature_extraction.text import TfidfVectorizer

from scoring.matching import index, keys, model, tiers
from scoring.matching.index import Entry
from scoring.matching.products import Product, product
from scoring.matching.tiers import Tier
from scoring.matching.verdict import Matcher
from scrapers.notices import SOURCES, Notice
from scripts import fit_matching as fit
from service.safety.matching import entries

SETS = ("abt_buy", "amazon_google", "walmart_amazon")
FOLDS, QUERIES, SIBLINGS, TIMED = (5, 2), 400, 600, 1000
Array = np.ndarray
Rows = Sequence[dict[str, Any]]


def f1(label: Array, said: Array) -> float:
    return float(200 * (label & said).sum() / max(1, label.sum() + said.sum()))


def threshold(label: Array, score: Array) -> float:
    """Return the score from which on F1 is best."""
    order = np.argsort(-score)
    found = np.cumsum(label[order])
    return float(score[order][np.argmax(2 * found / (np.arange(len(label)) + 1 + label.sum()))])


def chances(profile: dict[str, Any], data: fit.Labelled) -> Array:
    """Return the probabilities of a freshly fitted profile."""
    return model.Model(msgspec.convert(profile, model.Profile)).probability(data.features)


def line(record: dict[str, Any]) -> str:
    one = product(record)
    return f"{one.brand} {one.name} {one.kind} {one.model} {one.text}".lower()


def token_set(rows: Rows) -> Array:
    return np.array([fuzz.token_set_ratio(line(row["left"]), line(row["right"])) for row in rows])


def tfidf(rows: Rows) -> Array:
    left, right = ([line(row[side]) for row in rows] for side in ("left", "right"))
    words = TfidfVectorizer(sublinear_tf=True).fit(left + right)
    return np.asarray(words.transform(left).multiply(words.transform(right)).sum(axis=1)).ravel()


def labelled_pairs() -> None:
    """Print F1 on the validation rows of three sets: unseen set, shipped tables, peers."""
    offers = {name: fit.read(name) for name in fit.OFFERS}
    twins = fit.capped(fit.read(fit.TWINS))
    for name in SETS:
        seen, unseen = (
            fit.read_rows(fit.DATA / f"{name}.{part}.jsonl.gz") for part in ("train", "valid")
        )
        data = fit.labelled(unseen)
        others = [one for key, one in offers.items() if not key.startswith(name)]
        label = data.label > 0
        zero = f1(label, chances(fit.fitted([*others, twins], 300), data) >= tiers.SAME)
        shipped = f1(label, model.shipped(model.OFFERS).probability(data.features) >= tiers.SAME)
        theirs = [peer(one, seen, unseen) for one in (token_set, tfidf)]
        print(
            f"   {name:16} F1 unseen set {zero:.1f}, shipped {shipped:.1f}; token_set {theirs[0]:.1f}, TF-IDF {theirs[1]:.1f}"
        )


def peer(score: Callable[[Rows], Array], seen: Rows, unseen: Rows) -> float:
    label, label2 = (np.array([row["label"] for row in rows]) > 0 for rows in (seen, unseen))
    return f1(label2, score(unseen) >= threshold(label, score(seen)))


def twins_unseen(rows: Rows, folds: int) -> None:
    """Print F1 on clusters that were not fitted, each fold by tables of the others."""
    everything = fit.labelled(rows)
    everything.features["row"] = np.arange(len(rows), dtype=np.float64)
    found: dict[str, list[float]] = {}
    for seed in range(3):
        data = fit.capped(everything, seed)
        number = data.features.pop("row").astype(int)
        clusters = np.unique(data.cluster)
        fold = dict(
            zip(
                clusters,
                np.random.default_rng(seed).permutation(len(clusters)) % folds,
                strict=True,
            )
        )
        part = np.array([fold[cluster] for cluster in data.cluster])
        said: dict[str, Array] = {
            name: np.zeros(len(part), bool) for name in ("ours", "token_set", "TF-IDF")
        }
        peers = {
            "token_set": token_set([rows[at] for at in number]),
            "TF-IDF": tfidf([rows[at] for at in number]),
        }
        for one in range(folds):
            rest, held = np.flatnonzero(part != one), np.flatnonzero(part == one)
            fitted = fit.fitted([data.take(rest)], 300)
            said["ours"][held] = chances(fitted, data.take(held)) >= tiers.SAME
            for name, score in peers.items():
                said[name][held] = score[held] >= threshold(data.label[rest] > 0, score[rest])
        for name, values in said.items():
            found.setdefault(name, []).append(f1(data.label > 0, values))
        everything.features["row"] = np.arange(len(rows), dtype=np.float64)
    figures = ", ".join(f"{name} {np.mean(values):.1f}" for name, values in found.items())
    print(
        f"   twins, unseen clusters in {folds} folds, at most {fit.CLUSTER_ROWS} rows each: F1 {figures}"
    )


def invented(real: Sequence[Entry], count: int, seed: int = 1) -> list[Entry]:
    """Return the real entries and, up to `count`, recombined ones."""
    rng = random.Random(seed)  # noqa: S311 -- test data
    made = list(real[:count])
    while len(made) < count:
        one, two, three = (rng.choice(real).product for _ in range(3))
        brand = "".join(rng.choice("bcdfgklmnprst") + rng.choice("aeiou") for _ in range(3))
        number = "".join(rng.choice("ABCDEFGHKLMNPRST") for _ in range(2)) + str(
            rng.randrange(100, 99999)
        )
        new = replace(one, brand=brand if rng.random() < 0.5 else two.brand, name=three.name, model=number if one.model else "")  # fmt: skip
        made.append(Entry(f"invented:{len(made)}", new))
    return made


def retrieval(rows: Rows, real: Sequence[Entry]) -> None:
    """Print how often a notice with the same barcode is among the first ten of 100,000.

    Re-ranked by tables that were fitted on the other half of the clusters.
    """
    made = invented(real, 100_000)
    ids = [one.notice_id for one in made]
    matcher = Matcher(index.build(made))
    queries = list(islice(fit._queries(rows, dict(made), 1), 10**6))  # noqa: SLF001 -- the sampling of the fit
    queries = random.Random(1).sample(queries, min(QUERIES, len(queries)))  # noqa: S311 -- test data
    unseen = halves(rows, real)
    words = TfidfVectorizer(sublinear_tf=True, dtype=np.float32)
    matrix = words.fit_transform([fit.shapes(one.product)[2].name for one in made])
    hits: Counter[str] = Counter()
    for cluster, case, twins, query in queries:
        title = fit.shapes(query)[2]
        score = np.asarray((matrix @ words.transform([title.name]).T).todense()).ravel()
        near = [row for row in matcher.index.candidates(title, 51) if ids[row] != case]
        chance = unseen[half(cluster)].probability(matcher.compared(title, near))
        ranked = {
            "TF-IDF": np.argsort(-score)[:51],
            "words": near,
            "re-ranked": [near[at] for at in np.argsort(-chance)],
        }
        for name, order in ranked.items():
            first = [ids[row] for row in order if ids[row] != case]
            hits[name] += bool(twins.intersection(first[:10]))
            hits[f"{name}@50"] += bool(twins.intersection(first[:50]))
    shares = ", ".join(f"{name} {count / len(queries):.3f}" for name, count in sorted(hits.items()))
    print(f"   right notice in the first 10 of 100,000 ({len(queries)} queries): {shares}")


def halves(rows: Rows, real: Sequence[Entry]) -> tuple[model.Model, model.Model]:
    """Return two models of candidates, each fitted without the clusters of its half."""
    data = fit.searched(rows, real)
    side = np.array([half(cluster) for cluster in data.cluster])
    fits = [fit.fitted([data.take(np.flatnonzero(side != one))], 300) for one in (0, 1)]
    first, second = (model.Model(msgspec.convert(one, model.Profile)) for one in fits)
    return first, second


def half(cluster: str) -> int:
    return zlib.crc32(cluster.encode()) % 2


def identifiers() -> None:
    """Print how many listing ids and barcodes of the saved notices are found, and wrong ones."""
    path = min(fit.SAFETY.glob("eu_safety_gate_2023*.gz"))
    lines = b"\n".join(json.dumps(row).encode() for row in fit.read_rows(path))
    notices = [one for one in SOURCES["eu-safety-gate"].parse(lines) if isinstance(one, Notice)]
    made = [entry for one in notices for entry in entries(one)]
    matcher = Matcher(index.build(made))
    asked, hit, wrong = Counter[str](), Counter[str](), 0
    for entry in made[::3]:
        for item in entry.product.listing_ids:
            asked["listing id"] += 1
            hit["listing id"] += _has(
                matcher, Product(name="x", listing_ids=(item,)), entry, Tier.LISTED
            )
        for code in tiers.gtins(entry.product):
            asked["barcode"] += 1
            hit["barcode"] += _has(matcher, Product(name="x", gtin=code), entry, Tier.GTIN)
            off = code[:-1] + str((int(code[-1]) + 1) % 10)
            wrong += any(
                one.tier is Tier.GTIN for one in matcher.match(Product(name="x", gtin=off))
            )
    print(
        "   "
        + ", ".join(f"{name}s found {hit[name]} of {asked[name]}" for name in asked)
        + f"; wrong check digit found {wrong}"
    )


def _has(matcher: Matcher, listing: Product, entry: Entry, tier: Tier) -> bool:
    return any(
        one.notice_id == entry.notice_id and one.tier is tier for one in matcher.match(listing)
    )


def siblings(real: Sequence[Entry]) -> None:
    """Print how often a listing of a sibling finds the notice it is not about."""
    matcher = Matcher(index.build(real))
    rng = random.Random(5)  # noqa: S311 -- test data
    named = [
        one
        for one in real
        if keys.brand_key(one.product.brand) and re.search("[0-9]", one.product.model)
    ]
    found: dict[str, Counter[str]] = {}
    by_brand: dict[str | None, list[Product]] = {}
    for one in real:
        by_brand.setdefault(keys.brand_key(one.product.brand), []).append(one.product)
    for entry in rng.sample(named, min(SIBLINGS, len(named))):
        for what, listing in _family(entry.product, by_brand, rng):
            tier = next(
                (one.tier for one in matcher.match(listing) if one.notice_id == entry.notice_id),
                None,
            )
            word = "none" if tier is None else "recalled" if tier < Tier.TEXT else "possible"
            found.setdefault(what, Counter())[word] += 1
    for what, count in found.items():
        total = count.total()
        print(
            f"   {what:28} recalled {count['recalled'] / total:.3f}, possible {count['possible'] / total:.3f} of {total}"
        )


def _family(
    one: Product, by_brand: dict[str | None, list[Product]], rng: random.Random
) -> list[tuple[str, Product]]:
    number = next(part for part in re.split(r"[,;/ ]", one.model) if re.search("[0-9]", part))
    at = max(place for place, char in enumerate(number) if char in "0123456789")
    near = number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :]
    made = [("the product itself", listing(one, number)), ("successor", listing(one, number, "V2"))]
    if near not in one.model:
        made.append(("one character off", listing(one, near)))
    others = [
        other
        for other in by_brand[keys.brand_key(one.brand)]
        if other.model
        and not set(re.findall(r"\w+", other.model)) & set(re.findall(r"\w+", one.model))
    ]
    if others:
        other = rng.choice(others)
        made.append(("same brand, other model", listing(other, other.model)))
    return made


def listing(one: Product, number: str, more: str = "") -> Product:
    title = " ".join(filter(None, (one.brand, one.name, one.kind, number, more)))
    return Product(name=title, brand=one.brand, model=number)


def precision(rows: Rows) -> None:
    """Print how often pairs joined by brand and model are one product."""
    sets = {fit.TWINS: rows} | {
        name: fit.read_rows(fit.DATA / f"{name}.jsonl.gz")
        for name in ("walmart_amazon.train", "walmart_amazon.valid")
    }
    for name, some in sets.items():
        joined = [
            row["label"]
            for row in some
            if tiers.shared_keys(product(row["left"]), product(row["right"])) is Tier.MODEL
        ]
        print(f"   brand and model, {name}: right {sum(joined)} of {len(joined)}")


def size(count: int) -> None:
    """Print build time, memory and latency of an index of `count` notices; run in its own process."""
    made = invented(fit.notice_entries([]), count)
    wanted = [fit.shapes(one.product)[1] for one in made[:: max(1, count // TIMED)]]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    started = time.process_time()
    matcher = Matcher(index.build(made))
    built = time.process_time() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    taken = []
    for one in wanted:
        started = time.process_time()
        matcher.match(one)
        taken.append(1e3 * (time.process_time() - started))
    p50, p99 = np.percentile(taken[20:], [50, 99])
    print(
        f"   {count:9,} notices: built in {built:.1f} s, {memory:.2f} GB ({before:.2f} GB of it the bench's own notices), match p50 {p50:.1f} ms, p99 {p99:.1f} ms",
        flush=True,
    )


def main() -> None:
    if not fit.DATA.is_dir():
        print(f"   no data in {fit.DATA.parent.name}/{fit.DATA.name}: not measured")
        return
    rows = fit.read_rows(fit.DATA / f"{fit.TWINS}.jsonl.gz")
    real = fit.notice_entries(rows)
    identifiers()
    precision(rows)
    siblings(real)
    for folds in FOLDS:
        twins_unseen(rows, folds)
    retrieval(rows, real)
    labelled_pairs()
    for count in (100_000, 1_000_000):
        child = multiprocessing.get_context("spawn").Process(target=size, args=(count,))
        child.start()
        child.join()


if __name__ == "__main__":
    main()
