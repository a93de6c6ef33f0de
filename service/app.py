"""Two Flask apps under one dispatcher: the API answers in JSON, the console and public pages in HTML.

They are apart because flask-smorest's error handler is app-wide, and because their audiences never
share a surface.
"""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from importlib.resources import files
from typing import Any

from flask import Flask, Response, redirect, request, url_for
from flask_cors import CORS
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as AnyResponse

from scrapers.errors import InvalidInput as UnreadableInput
from service.accounts import api as accounts_api
from service.accounts import console as accounts_console
from service.accounts import web as accounts_web
from service.blocks import api as blocks_api
from service.blocks import console as blocks_console
from service.blocks import public as blocks_public
from service.complaints.channels import api as channels_api
from service.complaints.channels import console as channels_console
from service.complaints.clusters import console as clusters_console
from service.complaints.clusters import public as clusters_public
from service.complaints.councils import api as bundles_api
from service.complaints.councils import console as console_express
from service.complaints.desk import api as cases_api
from service.complaints.desk import console as complaints_console
from service.complaints.desk import console_case as casework_console
from service.complaints.files import api as evidence_files_api
from service.complaints.files import console as evidence_files_console
from service.complaints.intake import api as complaints_api
from service.complaints.intake import console as intake_console
from service.complaints.intake import public as complaints_public
from service.complaints.traders import api as trader_api
from service.complaints.traders import console as console_trader
from service.core import bodies, error_pages, guard, headers, i18n_web, keys, problems
from service.core.errors import CaveatError, InvalidInput, NotSignedIn
from service.core.microcache import MicroCache, Wsgi
from service.core.runtime import Runtime
from service.demo import console as demo_console
from service.disclosures import console as disclosures_console
from service.evidence import api as evidence_api
from service.evidence import console as evidence_console
from service.packs import api as packs_api
from service.safety import console as safety_console
from service.scores import api as scores_api
from service.site import api_page
from service.site import console as site_console
from service.statistics import api as statistics_api
from service.statistics import console as statistics_console
from service.verdicts import api as verdicts_api

Answer = AnyResponse | tuple[str, int]
API_PATHS = ("/v1/", "/openapi.json")
LARGEST_REQUEST_BYTES = 1_000_000
SCORES_KEPT_SECONDS = 1.0
APIS = (
    scores_api,
    verdicts_api,
    complaints_api,
    trader_api,
    bundles_api,
    cases_api,
    channels_api,
    evidence_files_api,
    evidence_api,
    packs_api,
    accounts_api,
    blocks_api,
    statistics_api,
)


def create(runtime: Runtime) -> Wsgi:
    """Return the whole service as one WSGI application."""
    api = create_api(runtime)
    pages = create_pages(runtime, description=api.extensions["description"])
    answers = MicroCache(api.wsgi_app, prefix="/v1/scores/", seconds=SCORES_KEPT_SECONDS)

    def dispatch(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        wanted = environ["PATH_INFO"].startswith(API_PATHS)
        return (answers if wanted else pages.wsgi_app)(environ, start_response)

    proxies = runtime.settings.proxies
    return ProxyFix(dispatch, x_for=proxies, x_proto=proxies) if proxies else dispatch


def create_api(runtime: Runtime) -> Flask:
    """Return the API: JSON in, JSON and problem documents out, keys but no session and no cookie."""
    app = Flask("service.api", static_folder=None)
    app.config.update(
        API_TITLE="Caveat",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
        MAX_CONTENT_LENGTH=LARGEST_REQUEST_BYTES,
    )
    api = problems.ProblemApi(app)
    for module in APIS:
        api.register_blueprint(module.make_blueprint(runtime))
    app.extensions["description"] = api.spec.to_dict
    CORS(
        app,
        resources={
            r"/v1/(scores|check|evidence)\b.*": {
                "origins": "*",
                "methods": ["GET"],
                "send_wildcard": True,
            }
        },
    )
    bodies.install(app)
    problems.refuse_unreadable_json(app)
    guard.install(app, accounts_web.programs(runtime))
    app.register_error_handler(CaveatError, problems.of_error)
    app.register_error_handler(UnreadableInput, _unreadable)
    app.register_error_handler(OverflowError, lambda _: problems.of_error(_too_large()))
    return app


def create_pages(runtime: Runtime, *, description: Callable[[], Mapping[str, Any]]) -> Flask:
    """Return the console and the public pages; `description` gives the API's OpenAPI document."""
    folder = files("service")
    app = Flask(
        "service", static_folder=str(folder / "static"), template_folder=str(folder / "templates")
    )
    app.config.update(
        SECRET_KEY=keys.secret(runtime.key_folder, keys.SESSIONS),
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_NAME="caveat",
        SESSION_COOKIE_SECURE=runtime.settings.origin.startswith("https:"),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST_BYTES,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.request_class = bodies.InMemory
    bodies.install(app)
    i18n_web.install(app, runtime.clock)
    app.register_blueprint(site_console.make_blueprint(runtime))
    app.register_blueprint(api_page.make_blueprint(description))
    app.register_blueprint(complaints_console.make_blueprint(runtime))
    app.register_blueprint(casework_console.make_blueprint(runtime))
    app.register_blueprint(intake_console.make_blueprint(runtime))
    app.register_blueprint(console_trader.make_blueprint(runtime))
    app.register_blueprint(console_express.make_blueprint(runtime))
    app.register_blueprint(complaints_public.make_blueprint(runtime))
    app.register_blueprint(evidence_files_console.make_blueprint(runtime))
    app.register_blueprint(evidence_console.make_blueprint(runtime))
    app.register_blueprint(channels_console.make_blueprint(runtime))
    app.register_blueprint(blocks_console.make_blueprint(runtime))
    app.register_blueprint(disclosures_console.make_blueprint(runtime))
    app.register_blueprint(safety_console.make_blueprint(runtime))
    app.register_blueprint(blocks_public.make_blueprint(runtime))
    app.register_blueprint(clusters_console.make_blueprint(runtime))
    app.register_blueprint(clusters_public.make_blueprint(runtime))
    app.register_blueprint(statistics_console.make_blueprint(runtime))
    app.register_blueprint(demo_console.make_blueprint(runtime))
    app.register_blueprint(accounts_console.make_blueprint(runtime))
    guard.install(app, accounts_web.browsers(runtime))
    guard.install_in_templates(app)
    CSRFProtect(app)
    error_pages.install(app)
    app.register_error_handler(NotSignedIn, _sign_in_first)
    app.register_error_handler(OverflowError, lambda _: error_pages.of_error(_too_large()))
    headers.install(app, private_prefix="/console")
    return app


def _too_large() -> InvalidInput:
    """Return what to answer where a number or a date is beyond what databases and calendars hold."""
    return InvalidInput("holds a number or a date that is too large", where="request")


def _unreadable(error: UnreadableInput) -> Response:
    return problems.problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail=error.what, where=error.where)


def _sign_in_first(error: NotSignedIn) -> Answer:
    """Lead to the step of signing in that is missing; what was to be written is not done later."""
    if request.method != "GET":
        return error_pages.of_error(error)
    stage = guard.asker().stage
    step = {"code": "accounts.code", "enrol": "accounts.second_factor"}
    return redirect(url_for(step.get(stage, "accounts.sign_in")))
