"""Pure computation: evidence in, score and reasons out. No I/O, no clock, no randomness without a seed.

events = scoring.from_records(records)        # or scoring.read(lines)
result = scoring.score(events, as_of=20_000.0)  # one merchant; days on the events' own scale
result.score, result.grade, result.interval, result.warn, result.reasons
"""

from scoring.aspect import AspectScore, aspects
from scoring.batch import score_all
from scoring.events import Event, Problem, from_records, problem_of, read, read_line
from scoring.explain import Reason
from scoring.improvement import Improvement, improvements
from scoring.model import Score, score

__all__ = [
    "AspectScore",
    "Event",
    "Improvement",
    "Problem",
    "Reason",
    "Score",
    "aspects",
    "from_records",
    "improvements",
    "problem_of",
    "read",
    "read_line",
    "score",
    "score_all",
]
