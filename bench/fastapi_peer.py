"""The peer of bench/serving.py: FastAPI returning the score answer through a response model."""

import json
import os
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

ANSWER = json.loads(Path(os.environ["BODY"]).read_bytes())
app = FastAPI()


class Reason(BaseModel):
    """One line of a score."""

    code: str
    family: str
    points: float
    numbers: dict[str, Any]
    evidence: list[str]
    latest: str | None


class Point(BaseModel):
    """One point of the history."""

    as_of: str
    score: float | None


class Score(BaseModel):
    """The answer of GET /v1/scores."""

    merchant: str
    name: str | None
    platform: str
    version: str
    digest: str
    as_of: str
    score: float | None
    grade: str | None
    interval: list[float] | None
    confidence: float
    risk: float | None
    warning: bool
    basis: dict[str, int]
    reasons: list[Reason]
    history: list[Point]


@app.get("/score", response_model=Score)
async def score() -> dict[str, Any]:
    """Return the answer as an ordinary FastAPI service would."""
    answer: dict[str, Any] = ANSWER
    return answer
