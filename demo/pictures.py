"""`scripts/screenshots`: the pictures of the README, taken while a new user goes through everything by hand."""

import asyncio
import sys
from pathlib import Path

from playwright.async_api import Page

from .browser import Browser, browsing
from .home import DemoError
from .stage import DOMAIN, Stage, running, say

DIALOG = "dialog-data-entry-flow"
SUBMIT = "Valider"
HOUSE = "Maison"


async def configure(browser: Browser, stage: Stage) -> None:
    """The config flow, as a person fills it in."""
    page = await browser.open(f"/config/integrations/dashboard/add?domain={DOMAIN}", width=900, height=820)
    await page.locator("dialog-box").get_by_role("button", name="OK").click()
    fields = page.locator(DIALOG).locator("input")
    await fields.first.wait_for()
    await fields.nth(0).fill(stage.gateway.client_id)
    await fields.nth(1).fill(stage.gateway.client_secret)
    await browser.shoot(page, "config-account")
    await page.locator(DIALOG).locator("ha-expansion-panel").click()
    await fields.nth(2).fill(stage.gateway.base_url)
    await press(page, SUBMIT)
    await page.locator(DIALOG).get_by_text("22516914714271").first.wait_for()
    await browser.shoot(page, "config-usage-points")
    await press(page, SUBMIT)
    await page.locator("step-flow-create-entry").wait_for()
    await page.close()


async def offpeak(browser: Browser) -> None:
    """Off-peak hours of the house, up to the sentence that a person confirms."""
    page = await browser.open(f"/config/integrations/integration/{DOMAIN}", width=1100, height=860)
    await browser.shoot(page, "integration")
    gear = page.locator("ha-config-sub-entry-row").filter(has_text=HOUSE).get_by_label("Heures creuses")
    await gear.first.click()
    await page.locator(DIALOG).get_by_text("saison").first.click()
    fields = page.locator(DIALOG).locator("input")
    await fields.first.wait_for()
    await fields.nth(0).fill("01:30-07:00, 12:30-15:00")
    await fields.nth(1).fill("22:30-06:30")
    await press(page, SUBMIT)
    await page.locator(DIALOG).get_by_text("Enregistrer").first.wait_for()
    await browser.shoot(page, "offpeak-confirm")
    await page.close()


async def device(browser: Browser, stage: Stage) -> None:
    """The device of the house."""
    devices = await stage.api.call("config/device_registry/list")
    [found] = [each for each in devices if each["name"] == HOUSE]
    page = await browser.open(f"/config/devices/device/{found['id']}", width=1280, height=1500)
    await browser.shoot(page, "device")
    await page.close()


async def energy(browser: Browser) -> None:
    """The Energy Dashboard of yesterday and of this year."""
    for period, name in (("yesterday", "energy-dashboard"), ("this_year", "energy-year")):
        page = await browser.open("/energy", width=1280, height=900, period=period)
        await browser.shoot(page, name)
        await page.close()


async def press(page: Page, label: str) -> None:
    """A button of the dialog."""
    await page.locator(DIALOG).get_by_role("button", name=label).last.click()


async def main(folder: Path) -> int:
    """Take them all."""
    async with running(keep=False) as stage, browsing(stage.api, stage.home.url, folder) as browser:
        await configure(browser, stage)
        await stage.wait_for_history()
        await stage.configure_energy()
        await energy(browser)
        await device(browser, stage)
        await offpeak(browser)
    return 0


if __name__ == "__main__":
    pictures = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images")
    pictures.mkdir(parents=True, exist_ok=True)
    try:
        sys.exit(asyncio.run(main(pictures)))
    except DemoError as err:
        say(f"screenshots: {err}")
        sys.exit(1)
