"""The families of evidence, one file each: a list, so that another one is another file."""

from collections.abc import Callable

from scoring.constants import Constants
from scoring.families import complaints, deliveries, disclosures, reviews, safety
from scoring.history import History
from scoring.terms import Contribution

Family = Callable[[History, Constants], Contribution]

FAMILIES: tuple[Family, ...] = (
    disclosures.assess,
    reviews.assess,
    deliveries.assess,
    complaints.assess,
    safety.assess,
)
