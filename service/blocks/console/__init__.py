"""The desks of block orders: a regulator's, a platform's, and that of whoever looks at listings."""

from flask import Blueprint

from service.blocks.console import agreements, checks, lists, orders, platforms
from service.core.runtime import Runtime


def make_blueprint(runtime: Runtime) -> Blueprint:
    """Return the routes of this feature."""
    blueprint = Blueprint(
        "blocks", __name__, url_prefix="/console/blocks", template_folder="../templates"
    )
    for part in (orders, lists, agreements, platforms, checks):
        part.add(blueprint, runtime)
    return blueprint
