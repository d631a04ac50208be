"""`scripts/screenshots`: the pictures of the README, taken while a new user goes through everything by hand."""

import asyncio
import sys
from pathlib import Path

from playwright.async_api import Page

from .browser import Browser, browsing
from .home import DemoError
from .pictures_signals import signal_pictures
from .stage import DOMAIN, Stage, running, say
from .tariffs import HOUSE as HOUSE_PDL
from .tariffs import enter_tariffs
from .winter import tell_winter

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
    await open_settings(page)
    await page.locator(DIALOG).get_by_text("Heures creuses", exact=True).first.click()
    await page.locator(DIALOG).get_by_text("saison").first.click()
    fields = page.locator(DIALOG).locator("input")
    await fields.first.wait_for()
    await fields.nth(0).fill("01:30-07:00, 12:30-15:00")
    await fields.nth(1).fill("22:30-06:30")
    await press(page, SUBMIT)
    await page.locator(DIALOG).get_by_text("Enregistrer").first.wait_for()
    await browser.shoot(page, "offpeak-confirm")
    await page.close()


async def tariff(browser: Browser) -> None:
    """The tariff of the house: what it had, and a new offer of the catalogue up to the summary before it is saved."""
    page = await browser.open(f"/config/integrations/integration/{DOMAIN}", width=1000, height=860)
    await open_settings(page)
    await pick(page, "Tarif : ce que coûte")
    await page.locator(DIALOG).get_by_text("Ajouter une entrée").first.wait_for()
    await browser.shoot(page, "tariff")
    await pick(page, "Ajouter une entrée")
    await pick(page, "Une offre du catalogue")
    await page.locator(DIALOG).locator("ha-select").first.click()
    await page.locator(DIALOG).locator("ha-dropdown-item").filter(has_text="Énergie des Deux Rives").click()
    await press(page, SUBMIT)
    await pick(page, "Rive Creuse")
    await press(page, SUBMIT)
    await page.locator(DIALOG).get_by_text("Prix personnels").first.wait_for()
    await press(page, SUBMIT)
    await page.locator(DIALOG).get_by_text("Est-ce exact").first.wait_for()
    await browser.shoot(page, "tariff-summary")
    await page.close()


async def energy_by_period(browser: Browser, stage: Stage) -> None:
    """The action asks; a person agrees."""
    await stage.api.call(
        "call_service",
        domain=DOMAIN,
        service="set_up_energy_dashboard",
        service_data={"usage_point": HOUSE_PDL, "mode": "periods"},
        return_response=True,
    )
    page = await browser.open("/config/repairs", width=1000, height=700)
    await page.get_by_text("Configurer le tableau de bord Énergie").first.click()
    dialog = page.locator("dialog-repairs-flow, dialog-data-entry-flow").last
    await dialog.get_by_text("Si vous validez").first.wait_for()
    await browser.shoot(page, "energy-repair")
    await dialog.get_by_role("button", name=SUBMIT).last.click()
    await page.locator("step-flow-create-entry").wait_for()
    await page.close()


async def device(browser: Browser, stage: Stage) -> None:
    """The device of the house."""
    devices = await stage.api.call("config/device_registry/list")
    [found] = [each for each in devices if each["name"] == HOUSE]
    page = await browser.open(f"/config/devices/device/{found['id']}", width=1280, height=1500)
    await browser.shoot(page, "device")
    await page.close()


async def energy(browser: Browser) -> None:
    """The Energy Dashboard of yesterday and of this year, which has a line for each period of two tariffs."""
    for period, name, height in (("yesterday", "energy-dashboard", 900), ("this_year", "energy-year", 1180)):
        page = await browser.open("/energy", width=1280, height=height, period=period)
        await browser.shoot(page, name)
        await page.close()


async def open_settings(page: Page) -> None:
    """The settings of the house, from the page of the integration."""
    row = page.locator("ha-config-sub-entry-row").filter(has_text=HOUSE)
    await row.get_by_label("Heures creuses").first.click()


async def pick(page: Page, label: str) -> None:
    """An item of a menu, or one of several choices."""
    await page.locator(DIALOG).get_by_text(label).first.click()


async def press(page: Page, label: str) -> None:
    """A button of the dialog."""
    await page.locator(DIALOG).get_by_role("button", name=label).last.click()


async def main(folder: Path) -> int:
    """Take them all."""
    async with running(keep=False) as stage, browsing(stage.api, stage.home.url, folder) as browser:
        tell_winter(stage.gateway)
        await configure(browser, stage)
        await stage.wait_for_history()
        await enter_tariffs(stage)
        await energy_by_period(browser, stage)
        await energy(browser)
        await device(browser, stage)
        await signal_pictures(browser, stage)
        await tariff(browser)
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
