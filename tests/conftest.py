"""Fixtures for all rooms: the shared material beside the checkout, databases, runtimes."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real pages and notices that stands beside the checkout of a developer."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the shared material in {SHARED.name}/ beside the checkout")
    return SHARED


@pytest.fixture(scope="session")
def vectors() -> Callable[[str], Path]:
    return lambda name: ROOT / "tests" / "vectors" / f"{name}.json"
