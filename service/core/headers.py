"""Security headers of every page: nothing from elsewhere, no frame, no script outside our own files."""

import secure
from flask import Flask, Response, request

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_HEADERS = secure.Secure(
    csp=secure.ContentSecurityPolicy().value(POLICY),
    coop=secure.CrossOriginOpenerPolicy().same_origin(),
    referrer=secure.ReferrerPolicy().same_origin(),
    xcto=secure.XContentTypeOptions(),
)


def install(app: Flask, *, private_prefix: str) -> None:
    """Add the headers to every answer; pages under `private_prefix` are not kept by any cache.

    An answer that says what its content may do, such as somebody's file, is left to say so.
    """

    @app.after_request
    def add(response: Response) -> Response:
        stricter = response.headers.get("Content-Security-Policy")
        _HEADERS.set_headers(response)
        if stricter is not None:
            response.headers["Content-Security-Policy"] = stricter
        if request.path.startswith(private_prefix):
            response.headers["Cache-Control"] = "no-store"
        return response
