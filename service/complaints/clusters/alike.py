"""Which cases are alike: the same category, the same merchant or one that shares its identity, close in time.

Pure. Nothing that a complainant wrote is compared: sealed texts stay sealed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

GAP = timedelta(days=45)
"""Cases that follow each other within this time may be one matter."""
FEWEST = 2
MERCHANT, IDENTITY = "merchant", "identity"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case as far as it can be alike."""

    case_id: str
    merchant: str
    category: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """Cases that may be one matter, oldest first; `because` is MERCHANT, or IDENTITY for several merchants."""

    category: str
    because: str
    merchants: tuple[str, ...]
    cases: tuple[str, ...]
    first: datetime
    last: datetime


def proposals(cases: Iterable[Candidate], one: Mapping[str, str]) -> list[Proposal]:
    """Return groups of alike cases, the largest first; `one` maps merchants to whom they are one with."""
    groups: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for case in cases:
        groups[one.get(case.merchant, case.merchant), case.category].append(case)
    found = [
        _proposal(run)
        for group in groups.values()
        for run in _runs(sorted(group, key=lambda case: (case.received_at, case.case_id)))
        if len(run) >= FEWEST
    ]
    return sorted(found, key=lambda each: (-len(each.cases), each.first, each.cases))


def same_identity(
    values: Mapping[str, Iterable[object]],
    among: Collection[str],
    *,
    shared: int,
    holders: int,
) -> dict[str, str]:
    """Return, for merchants `among` that hold at least `shared` identity values together, one name a group.

    A value that more than `holders` merchants hold identifies nobody.
    """
    by_value: dict[object, set[str]] = defaultdict(set)
    for merchant, held in values.items():
        for value in held:
            by_value[value].add(merchant)
    common: dict[tuple[str, str], int] = defaultdict(int)
    for group in by_value.values():
        if len(group) <= holders:
            for pair in _pairs(sorted(group.intersection(among))):
                common[pair] += 1
    root = {merchant: merchant for merchant in among}
    for (left, right), count in sorted(common.items()):
        if count >= shared:
            old, new = root[right], root[left]
            root = {name: new if at == old else at for name, at in root.items()}
    return root


def _pairs(names: list[str]) -> Iterator[tuple[str, str]]:
    return ((left, right) for at, left in enumerate(names) for right in names[at + 1 :])


def _runs(cases: list[Candidate]) -> Iterator[list[Candidate]]:
    run: list[Candidate] = []
    for case in cases:
        if run and case.received_at - run[-1].received_at > GAP:
            yield run
            run = []
        run.append(case)
    yield run


def _proposal(run: list[Candidate]) -> Proposal:
    merchants = tuple(sorted({case.merchant for case in run}))
    return Proposal(
        category=run[0].category,
        because=MERCHANT if len(merchants) == 1 else IDENTITY,
        merchants=merchants,
        cases=tuple(case.case_id for case in run),
        first=run[0].received_at,
        last=run[-1].received_at,
    )
