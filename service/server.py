"""The WSGI application of this process, for granian, gunicorn or any other server."""

from service import app, wiring

application = app.create(wiring.runtime_from_environment())
