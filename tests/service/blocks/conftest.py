import pytest

from service.core.runtime import Runtime
from tests.service.blocks import world as making
from tests.service.blocks.world import World


@pytest.fixture
def world(runtime: Runtime) -> World:
    return making.make(runtime)
