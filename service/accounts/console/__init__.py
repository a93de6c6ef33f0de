"""The pages of accounts: signing in, one's own profile, organisations, their members and keys, the audit."""

from flask import Blueprint

from service.accounts import queries
from service.accounts.console import audit, doors, keys, organisations, profile
from service.core import guard
from service.core.i18n_web import messages
from service.core.runtime import Runtime

PARTS = (doors, profile, organisations, keys, audit)


def make_blueprint(runtime: Runtime) -> Blueprint:
    """Return the routes of this feature, and what the frame of every console page asks for."""
    blueprint = Blueprint(
        "accounts", "service.accounts", url_prefix="/console", template_folder="templates"
    )
    for part in PARTS:
        part.add_routes(blueprint, runtime)

    def places() -> tuple[queries.Place, ...]:
        """List whom the person who asks may act for."""
        with runtime.reading() as session:
            return queries.places(session, guard.asker())

    blueprint.add_app_template_global(places)
    blueprint.add_app_template_global(lambda when: messages().moment(when), "moment")
    return blueprint
