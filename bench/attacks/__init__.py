"""Scores under attack: Caveat beside published ways to score, on invented marketplaces.

    python -m bench attacks
    python -m bench.attacks [--merchants 300] [--seed 11] [--quick] [--drawn 1 2 3]
    python -m bench.attacks --pictures docs/pictures

Three marketplaces with different constants, two of another structure, each attacked and clean, others
whose constants are drawn, and two worlds of official blocks.
The peers' risks are fitted for them on a sister world; Caveat's are taken as they are.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.attacks import attacks, blocks, measures, peers, pictures, prices, settings, speed
from bench.attacks.measures import LINE, Judged

HEADS = (
    "tau", "attacked", "new", "skill", "ECE", "false new", "false all", "victims", "missed", "att. missed",
)  # fmt: skip


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--merchants", type=int, default=300)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--quick", action="store_true", help="no delays, no prices")
    parser.add_argument("--drawn", type=int, nargs="*", default=(), help="only these drawn worlds")
    parser.add_argument("--pictures", type=Path, help="write the pictures of docs/score.md there")
    options = parser.parse_args(arguments)
    if options.pictures:
        pictures.write(options.pictures, options.seed, options.merchants)
        return
    if options.drawn:
        for number in options.drawn:
            table(settings.drawn(number), options.seed, options.merchants)
        return
    for setting in (*settings.ALL, *settings.OTHER):
        for world in (setting, settings.clean(setting)):
            table(world, options.seed, options.merchants)
        if not options.quick:
            delay(setting, options.seed, options.merchants)
    if not options.quick:
        prices.report(settings.BASE, options.seed)
    blocks.report()
    speed.report()


def table(setting: settings.Setting, seed: int, count: int) -> None:
    """Print one row a scorer."""
    world = attacks.make(setting, seed, count)
    sister = measures.truth(attacks.make(setting, seed + 1000, count))
    known = measures.truth(world)
    size = sum(len(m.events) for m in world.merchants)
    print(f"\n{setting.name}: {len(known.merchants)} merchants, {size:,} events")
    print(" " * 34 + "".join(f"{head:>12}" for head in HEADS))
    for name, peer in peers.ALL.items():
        risks = measures.line_of(peer, sister)(known.merchants, measures.YEAR)
        _line(name, measures.row(Judged(risks, risks, risks > LINE), known))
    said = measures.judged(measures.caveat(world), known)
    _line("Caveat", measures.row(said, known))


def _line(name: str, row: dict[str, float]) -> None:
    cells = (row[head] for head in HEADS)
    print(f"{name:34}" + "".join("           -" if np.isnan(c) else f"{c:12.3f}" for c in cells))


def delay(setting: settings.Setting, seed: int, count: int) -> None:
    """Print the days from a switch to a warning, looking once a week."""
    world = attacks.make(setting, seed, count)
    sister = measures.truth(attacks.make(setting, seed + 1000, count))
    turned = [m for m in world.merchants if m.attack in attacks.SWITCHES]
    print(f"days from switch to warning, {setting.name}, {len(turned)} merchants (median, mean):")
    for name, peer in peers.ALL.items():
        risks = measures.line_of(peer, sister)
        found = measures.delays(
            world,
            lambda day, risks=risks: {  # type: ignore[misc]
                m.key for m, r in zip(turned, risks(turned, day), strict=True) if r > LINE
            },
        )
        print(f"{name:34}{np.median(found):12.0f}{np.mean(found):12.0f}")
    found = measures.delays(world, lambda day: measures.warned(world, turned, day))
    print(f"{'Caveat':34}{np.median(found):12.0f}{np.mean(found):12.0f}")
