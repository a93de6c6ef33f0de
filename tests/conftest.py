"""Fixtures for all rooms: the shared material beside the checkout, databases, runtimes."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The same examples every time, so that a change is blamed for what it broke; no time limits, for a busy
# machine is no fault of the code.
settings.register_profile(
    "caveat", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("caveat")

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
