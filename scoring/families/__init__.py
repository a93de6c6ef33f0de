"""The families of evidence, one file each; those of FAMILIES look at nothing but their own events."""

from collections.abc import Callable

from scoring.constants import Constants
from scoring.families import complaints, deliveries, reviews, safety
from scoring.history import History
from scoring.priors import Priors
from scoring.terms import Part, limited


def _safety(history: History, constants: Constants, _: Priors) -> list[Part]:
    return safety.assess(history, constants)


FAMILIES: tuple[Callable[[History, Constants, Priors], list[Part]], ...] = (
    reviews.assess,
    deliveries.assess,
    _safety,
)


def assess(history: History, constants: Constants, priors: Priors) -> list[Part]:
    """Return the parts of all families, under the limit of cheap statements."""
    parts = limited(
        [part for family in FAMILIES for part in family(history, constants, priors)],
        constants.cheap,
    )
    return [*parts, *complaints.assess(history, constants, priors, parts)]
