"""Pictures of Tempo, EcoWatt, the calendars, a blueprint and the triggers, taken by clicking through the real UI."""

from playwright.async_api import Locator, Page

from .browser import Browser
from .stage import Stage

BLUEPRINT = "Tempo : alerte jour rouge"
HIDDEN_CALENDARS = ("Appartement Heures creuses", "Maison Heures creuses")


async def signal_pictures(browser: Browser, stage: Stage) -> None:
    """Take them all; the account is set up."""
    await signal_devices(browser, stage)
    await calendars(browser)
    await blueprint(browser)
    await triggers(browser)


async def signal_devices(browser: Browser, stage: Stage) -> None:
    """The devices of the two signals."""
    devices = await stage.api.call("config/device_registry/list")
    for name, height in (("Tempo", 1420), ("EcoWatt", 760)):
        [found] = [each for each in devices if each["name"] == name]
        page = await browser.open(f"/config/devices/device/{found['id']}", width=1280, height=height)
        await page.get_by_text("Capteurs").first.wait_for()
        await browser.shoot(page, name.lower())
        await page.close()


async def calendars(browser: Browser) -> None:
    """A month of Tempo days and EcoWatt alerts."""
    page = await browser.open("/calendar", width=1280, height=800)
    for name in HIDDEN_CALENDARS:
        await page.get_by_text(name).first.click()
    await browser.shoot(page, "calendar")
    await page.close()


async def blueprint(browser: Browser) -> None:
    """The form of the red-day alert, filled in."""
    page = await browser.open("/config/blueprint/dashboard", width=1000, height=1000)
    await page.get_by_text(BLUEPRINT).first.click()
    form = page.locator("blueprint-automation-editor")
    await choose(page, form.get_by_text("Sélectionner une entité").first, "Demain", of="Tempo")
    await form.get_by_text("Blueprint à utiliser").first.scroll_into_view_if_needed()
    await browser.shoot(page, "blueprint")
    await page.close()


async def choose(page: Page, field: Locator, label: str, of: str = "") -> None:
    """An item of a picker, searched for as a person does; `of`: a word that tells it from others of the same name."""
    await field.click()
    # A key that is pressed before the search field has the focus is a shortcut of the page.
    await page.locator("ha-picker-combo-box").first.wait_for()
    await page.wait_for_timeout(1000)
    item = page.locator("ha-list-item-option").filter(has_text=label).filter(has_text=of)
    await page.keyboard.type(label)
    await item.first.click()


async def triggers(browser: Browser) -> None:
    """What the editor of automations offers who looks for Tempo."""
    page = await browser.open("/config/automation/edit/new", width=1000, height=760)
    await page.get_by_text("Ajouter un déclencheur").first.click()
    await page.wait_for_timeout(1000)
    await page.keyboard.type("tempo")
    await browser.shoot(page, "triggers")
    await page.close()
