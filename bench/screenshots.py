"""Pictures of each view, for the README: `python -m bench.screenshots [FOLDER]`, `docs/screenshots` by default.

Serves what is built under `BALI_VAR` and drives Debian's Chromium as a person would. Prints what the first load
of views costs: the bytes transferred, and the milliseconds from the server's first byte until the page can be used (its
scripts have run), the median of several fresh browsers' contexts.
"""

import argparse
import io
import shutil
import statistics
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from service.app import create_app
from service.settings import Settings
from tests.service.pages.conftest import DESKTOP, FLAGS, PHONE
from tests.support.live import live

ROOT = Path(__file__).parent.parent
QUESTION = "which member leads forced-marriage research"
LOADS = 9
PATHS = ("/", "/find?q=policy+guides", "/items", "/timeline?topic=policy+guides", "/read")


def views(page: Page, url: str) -> Iterator[str]:
    """Bring `page` into one state after the other; give the name of each."""
    page.goto(url)
    expect(page.locator(".examples")).to_be_visible()
    yield "begin"
    page.get_by_role("textbox").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator("#t1 .doings")).to_be_visible()
    page.locator("#t1 .source > summary").first.click()
    page.get_by_role("button", name="Verify").first.click()
    expect(page.locator("output").first).to_contain_text("Verified")
    page.locator("#t1").evaluate("turn => turn.scrollIntoView()")
    yield "ask"
    source = page.locator("#c1-1").get_by_role("link", name="Open in the document").get_attribute("href")
    page.goto(f"{url}/find?q=training+on+digital+evidence&year_from=2022")
    page.locator(".facets summary", has_text="Lead").click()
    page.evaluate("scrollTo(0, 0)")
    yield "search"
    page.goto(f"{url}{source}")
    expect(page.locator("#mark")).to_be_in_viewport()
    yield "read"
    page.goto(f"{url}/items?year_from=2024&sort=lead")
    yield "records"
    page.goto(f"{url}/timeline?topic=policy+guides")
    yield "precedents"


def picture(page: Page, file: Path) -> None:
    """Save the viewport as a small WebP."""
    image = Image.open(io.BytesIO(page.screenshot()))
    image.convert("RGB").save(file, quality=82, method=6)
    print(f"{file}  {file.stat().st_size / 1000:.0f} kB")


def first_load(browser: Browser, url: str) -> tuple[int, float]:
    """Bytes transferred, headers included, and milliseconds from the first byte to the end of the scripts."""
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.goto(url)
    size, usable = page.evaluate(
        """() => {
            const [page] = performance.getEntriesByType("navigation");
            const all = [page, ...performance.getEntriesByType("resource")];
            return [all.reduce((sum, one) => sum + one.transferSize, 0), page.domContentLoadedEventEnd - page.responseStart];
        }"""
    )
    context.close()
    return int(size), float(usable)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "docs" / "screenshots")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("chromium is not installed: make screenshots installs Debian's")
    with live(create_app(Settings())) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        looks: tuple[tuple[str, ViewportSize, str], ...] = (("", DESKTOP, "light"), ("-phone", PHONE, "dark"))
        for suffix, viewport, scheme in looks:
            page = browser.new_page(viewport=viewport, color_scheme="dark" if scheme == "dark" else "light")
            for name in views(page, url):
                picture(page, folder / f"{name}{suffix}.webp")
            page.close()
        loads = {path: [first_load(browser, url + path) for _ in range(LOADS)] for path in PATHS}
        browser.close()
    for path, several in loads.items():
        usable = statistics.median(ms for _, ms in several)
        print(f"first load of {path}: {several[0][0]} bytes, usable after {usable:.0f} ms")


if __name__ == "__main__":
    main()
