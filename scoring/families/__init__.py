"""The families of evidence, one file each; those of FAMILIES look at nothing but their own events."""

from collections.abc import Callable

from scoring.constants import Constants
from scoring.families import complaints, deliveries, reviews, safety
from scoring.history import History
from scoring.priors import Priors
from scoring.terms import Masses, Part, limited


def _safety(history: History, constants: Constants, _: Priors) -> list[Part]:
    return safety.assess(history, constants)


FAMILIES: tuple[Callable[[History, Constants, Priors], list[Part]], ...] = (
    reviews.assess,
    deliveries.assess,
    _safety,
    complaints.assess,
)


def assess(history: History, constants: Constants, priors: Priors) -> tuple[list[Part], Masses]:
    """Return the parts of all families under the limits that they set each other, and the purchases."""
    found = [part for family in FAMILIES for part in family(history, constants, priors)]
    evident = complaints.backed(found)
    parts = complaints.borne_out(limited(found, constants.cheap), evident, constants.complaints)
    count = complaints.sold(history, constants, priors, parts)
    return [*parts, complaints.purchases(history, constants, priors, parts, count)], count
