"""Fit the tables of scoring/matching/weights.json: python -m scripts.fit_matching [FOLDER].

FOLDER holds labelled pairs as JSON Lines ({"left", "right", "label"}); only rows for fitting are read, never
those for validation. Boosted stumps make an additive model, the stumps of each feature are summed into one
table. scikit-learn is needed here and nowhere at run time.
"""

import gzip
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from scoring.matching import index, pairs
from scoring.matching.index import Entry
from scoring.matching.products import Product, product
from scoring.matching.verdict import Matcher

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data" / "matching"
SAFETY = DATA.parent / "safety"
WEIGHTS = ROOT / "scoring" / "matching" / "weights.json"
OFFERS = (
    "abt_buy.train",
    "amazon_google.train",
    "walmart_amazon.train",
    "wdc_lspm_computers.train_small",
    "wdc_lspm_cameras.train_small",
    "wdc_lspm_shoes.train_small",
    "wdc_lspm_watches.train_small",
)
TWINS = "safety_gate_gtin_twins"
CLUSTER_ROWS = 10
"""Rows used of one cluster: a few clusters would drown the others."""
ABOVE_ALL = 1e6
"""Edge of a stump that only tells a missing value from others; JSON has no infinity."""
ABOUT = (
    "Tables of the additive model, made by scripts/fit_matching.py. A feature's value adds weights[i] to the "
    "log-odds, i being the number of edges below it; a value that cannot be told adds `missing`."
)


@dataclass(frozen=True)
class Labelled:
    """Pairs of one file: features by name, label, and the cluster of each row."""

    features: dict[str, np.ndarray]
    label: np.ndarray
    cluster: np.ndarray

    def take(self, rows: np.ndarray) -> "Labelled":
        """Return some rows."""
        picked = {name: values[rows] for name, values in self.features.items()}
        return Labelled(picked, self.label[rows], self.cluster[rows])


def read(name: str, folder: Path = DATA) -> Labelled:
    """Return the features and labels of one file."""
    return labelled(read_rows(folder / f"{name}.jsonl.gz"))


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the records of gzip JSON Lines."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def labelled(rows: Sequence[Mapping[str, Any]]) -> Labelled:
    """Return the features and labels of rows that are weighed against each other."""
    seen = pairs.examine([(row["left"], row["right"]) for row in rows])
    label = np.array([row["label"] for row in rows])
    cluster = np.array([row.get("cluster", str(at)) for at, row in enumerate(rows)])
    return Labelled(seen.features, label, cluster)


def capped(data: Labelled, seed: int = 0, limit: int = CLUSTER_ROWS) -> Labelled:
    """Return the data with at most `limit` rows of each cluster."""
    rng = np.random.default_rng(seed)
    kept = []
    for cluster in np.unique(data.cluster):
        rows = np.flatnonzero(data.cluster == cluster)
        kept.append(rows if len(rows) <= limit else rng.choice(rows, limit, replace=False))
    return data.take(np.sort(np.concatenate(kept)))


def fitted(parts: Sequence[Labelled], rounds: int) -> dict[str, Any]:
    """Return a profile: intercept and one table per feature that tells anything."""
    names = sorted(parts[0].features)
    joined = {name: np.concatenate([part.features[name] for part in parts]) for name in names}
    told = {
        name: values
        for name, values in joined.items()
        if len(np.unique(values[~np.isnan(values)])) > 1
    }
    label = np.concatenate([part.label for part in parts])
    model = HistGradientBoostingClassifier(
        max_iter=rounds,
        learning_rate=0.06,
        max_depth=1,
        l2_regularization=1.0,
        min_samples_leaf=15,
        max_bins=64,
        early_stopping=False,
        random_state=0,
    ).fit(np.column_stack(list(told.values())), label)
    return profile(model, list(told))


def profile(model: HistGradientBoostingClassifier, names: Sequence[str]) -> dict[str, Any]:
    """Return the stumps of a model summed by feature."""
    steps: dict[int, list[tuple[float, float, float, float]]] = {}
    for (tree,) in model._predictors:  # noqa: SLF001 -- the library has no public way to its trees
        root, left, right = tree.nodes[0], None, None
        if root["is_leaf"]:
            continue
        left, right = tree.nodes[root["left"]]["value"], tree.nodes[root["right"]]["value"]
        missing = left if root["missing_go_to_left"] else right
        steps.setdefault(int(root["feature_idx"]), []).append(
            (
                min(float(root["num_threshold"]), ABOVE_ALL),
                float(left),
                float(right),
                float(missing),
            )
        )
    tables = {names[at]: _table(found) for at, found in sorted(steps.items())}
    return {
        "intercept": round(float(model._baseline_prediction.ravel()[0]), 4),  # noqa: SLF001 -- as above
        "tables": dict(sorted(tables.items())),
    }


def _table(steps: list[tuple[float, float, float, float]]) -> dict[str, Any]:
    edges = sorted({edge for edge, *_ in steps})
    weights = [
        sum(left if at <= edges.index(edge) else right for edge, left, right, _ in steps)
        for at in range(len(edges) + 1)
    ]
    return {
        "edges": [round(edge, 4) for edge in edges],
        "weights": [round(weight, 4) for weight in weights],
        "missing": round(sum(missing for *_, missing in steps), 4),
    }


def searched(
    rows: Sequence[Mapping[str, Any]], notices: Sequence[Entry], seed: int = 0
) -> Labelled:
    """Return queries beside what the index finds for them, right where one barcode joins both.

    Each query is made of a notice in three shapes: as it stands, as a listing with brand and model, and as
    a title alone.
    """
    matcher = Matcher(index.build(notices))
    names = [one.notice_id for one in notices]
    found: list[tuple[dict[str, np.ndarray], np.ndarray, str]] = []
    for cluster, case, twins, query in _queries(rows, dict(notices), seed):
        for listing in shapes(query):
            near = [row for row in matcher.index.candidates(listing) if names[row] != case]
            label = np.array([names[row] in twins for row in near], dtype=np.int64)
            found.append((matcher.compared(listing, near), label, cluster))
    features = {name: np.concatenate([one[name] for one, _, _ in found]) for name in found[0][0]}
    cluster = np.concatenate([np.full(len(label), name) for _, label, name in found])
    return Labelled(features, np.concatenate([label for _, label, _ in found]), cluster)


def _queries(
    rows: Sequence[Mapping[str, Any]], notices: Mapping[str, Product], seed: int
) -> Iterator[tuple[str, str, set[str], Product]]:
    """Yield (cluster, case number, its twins, product), at most CLUSTER_ROWS a cluster."""
    twins: dict[str, set[str]] = {}
    cases: dict[str, dict[str, None]] = {}
    for row in rows:
        if row["label"]:
            left, right = row["left"]["caseNumber"], row["right"]["caseNumber"]
            twins.setdefault(left, set()).add(right)
            twins.setdefault(right, set()).add(left)
            cases.setdefault(row["cluster"], {}).update({left: None, right: None})
    rng = np.random.default_rng(seed)
    for cluster, several in sorted(cases.items()):
        for case in rng.permutation(sorted(several))[:CLUSTER_ROWS].tolist():
            yield cluster, case, twins[case], notices[case]


def shapes(query: Product) -> tuple[Product, Product, Product]:
    """Return a notice's product as it stands, as a full listing, and as a title alone."""
    title = " ".join(filter(None, (query.brand, query.name, query.kind, query.model)))
    listing = Product(name=title, brand=query.brand, model=query.model)
    return query, listing, Product(name=title)


def bare(record: Mapping[str, Any]) -> Product:
    """Return a notice's product without identifiers and prose."""
    return replace(product(record), text="", gtin="", listing_ids=())


def notice_entries(rows: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """Return the entries of the saved notices and of all notices in pairs, without identifiers."""
    found: dict[str, Product] = {}
    for path in sorted(SAFETY.glob("eu_safety_gate_*.jsonl.gz")):
        for record in read_rows(path):
            found.setdefault(record["caseNumber"], bare(record))
    for row in rows:
        for side in ("left", "right"):
            found.setdefault(row[side]["caseNumber"], bare(row[side]))
    return [Entry(case, one) for case, one in found.items()]


def main(folder: Path = DATA) -> None:
    """Fit all profiles and write them."""
    offers = [read(name, folder) for name in OFFERS]
    twins = read_rows(folder / f"{TWINS}.jsonl.gz")
    notices = capped(labelled(twins))
    candidates = searched(twins, notice_entries(twins))
    table = {
        "about": ABOUT,
        "profiles": {
            "offers": fitted([*offers, notices], 300),
            "notices": fitted([notices], 300),
            "candidates": fitted([candidates], 300),
        },
    }
    WEIGHTS.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
