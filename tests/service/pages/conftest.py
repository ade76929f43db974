"""A browser on the live service. Every visit is watched: nothing leaves the origin, nothing is complained of."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    ViewportSize,
    WebError,
    sync_playwright,
)

from service.app import create_app
from service.settings import Settings
from tests.support.live import live
from tests.support.tiny import TinyEncoder

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
NARROW: ViewportSize = {"width": 320, "height": 640}


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, started once; `make test` installs it.

    It goes before other tests come: as long as it is driven, an event loop runs in this thread.
    """
    path = shutil.which("chromium")
    assert path, "chromium is not installed: run `make test`, or install Debian's package chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def site(harbour: Settings) -> Iterator[str]:
    """The address of a service on the harbour corpus."""
    with live(create_app(harbour, TinyEncoder)) as url:
        yield url


@dataclass
class Visit:
    """A page, and what happened on it."""

    page: Page
    site: str
    context: BrowserContext
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a path of the service."""
        self.page.goto(self.site + path)
        return self.page

    def foreign(self) -> list[str]:
        """What was asked of anybody else."""
        return [url for url in self.requests if urlsplit(url)[:2] != urlsplit(self.site)[:2]]


@contextmanager
def watching(page: Page, site: str) -> Iterator[Visit]:
    """A visit whose end fails where something left the origin or was complained of."""
    visit = Visit(page, site, page.context)

    def asked(request: Request) -> None:
        visit.requests.append(request.url)

    def said(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            visit.complaints.append(message.text)

    def failed(error: WebError) -> None:
        visit.complaints.append(str(error.error))

    def opened(dialog: Dialog) -> None:
        visit.complaints.append(f"dialog {dialog.message}")
        dialog.dismiss()

    heard: dict[Any, Any] = {"request": asked, "console": said, "weberror": failed, "dialog": opened}
    for event, hear in heard.items():
        visit.context.on(event, hear)
    try:
        yield visit
        assert visit.foreign() == []
        assert visit.complaints == []
    finally:
        for event, hear in heard.items():
            visit.context.remove_listener(event, hear)


@contextmanager
def visiting(browser: Browser, site: str, **options: Any) -> Iterator[Visit]:
    """A visit in a window of its own, which takes longer to open than most visits last."""
    with browser.new_context(**{"viewport": DESKTOP, **options}) as context:
        page = context.new_page()
        page.set_default_timeout(10_000)
        with watching(page, site) as visit:
            yield visit


@pytest.fixture(scope="package")
def window(browser: Browser) -> Iterator[Page]:
    """The one that visits share."""
    with browser.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(10_000)
        yield page


@contextmanager
def returning(window: Page, site: str, viewport: ViewportSize = DESKTOP) -> Iterator[Visit]:
    """A visit in the shared window, which has forgotten those before."""
    window.unroute_all()
    window.context.clear_permissions()
    window.emulate_media(media="null", color_scheme="light")
    window.set_viewport_size(viewport)
    window.goto(f"{site}/static/icon.svg")  # of the same origin, and stores nothing when it is left
    window.evaluate("sessionStorage.clear()")
    with watching(window, site) as visit:
        yield visit


@pytest.fixture
def visit(window: Page, site: str) -> Iterator[Visit]:
    """At a desk, in light colours."""
    with returning(window, site) as visit:
        yield visit
