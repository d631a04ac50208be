"""A headless Chromium that is logged in to the demo."""

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from playwright.async_api import BrowserContext, Locator, Page, async_playwright

from .api import Api
from .home import DemoError

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Proves that the pages need nothing of the internet.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
LOAD_MS: Final = 30_000


def chromium() -> str:
    """The machine's own browser. Raises DemoError when there is none."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        raise DemoError("no Chromium here: apt-get install chromium fonts-dejavu-core")
    return found


class Browser:
    """Pages of Home Assistant, and pictures of them."""

    def __init__(self, context: BrowserContext, url: str, folder: Path) -> None:
        self._context = context
        self._url = url
        self._folder = folder
        self.problems: list[str] = []
        """What the pages complained of."""

    async def open(self, path: str, *, width: int = 1280, height: int = 900, period: str = "yesterday") -> Page:
        """A page in a tab of its own; `period` is what the Energy Dashboard shows first."""
        page = await self._context.new_page()
        await page.set_viewport_size({"width": width, "height": height})
        await page.add_init_script(f"localStorage.setItem('energy-default-period-_energy_dashboard', '{period}')")
        page.on("console", lambda said: self.problems.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        await page.goto(f"{self._url}{path}", wait_until="domcontentloaded")
        await page.wait_for_selector("home-assistant-main", state="attached", timeout=LOAD_MS)
        return page

    async def shoot(self, what: Page | Locator, name: str) -> None:
        """A picture, once everything that moves has come to rest."""
        page = what if isinstance(what, Page) else what.page
        await page.wait_for_load_state("networkidle")
        await page.wait_for_timeout(1500)
        # A toast of the frontend slides out over what is to be seen, last of all without its text.
        await page.locator("ha-toast").evaluate_all("each => each.forEach(toast => toast.remove())")
        await what.screenshot(path=self._folder / f"{name}.png", animations="disabled")


@asynccontextmanager
async def browsing(api: Api, url: str, folder: Path) -> AsyncIterator[Browser]:
    """Start it, closed at the end: French, light, logged in as the demo's user."""
    tokens = json.dumps(json.dumps(api.browser_tokens))
    language = json.dumps(json.dumps("fr"))
    async with async_playwright() as playwright:
        chrome = await playwright.chromium.launch(executable_path=chromium(), headless=True, args=list(_ARGUMENTS))
        context = await chrome.new_context(
            locale="fr-FR", timezone_id="Europe/Paris", color_scheme="light", service_workers="block"
        )
        await context.add_init_script(
            f"localStorage.setItem('hassTokens', {tokens}); localStorage.setItem('selectedLanguage', {language});"
        )
        try:
            yield Browser(context, url, folder)
        finally:
            await chrome.close()
