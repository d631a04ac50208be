"""Draws the eight images of custom_components/myelectricaldata/brand: our mark and its source.

The mark is a day seen from above: a ring of 24 hours, the eight off-peak hours in blue, the others in amber, each as
long as a household's use at that hour, around a flash. Run with `.cache/venv-demo/bin/python scripts/draw_brand.py`.
"""

import math
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

BRAND = Path(__file__).parents[1] / "custom_components/myelectricaldata/brand"
OVERSAMPLING = 4
# Length of each hour's ray, 0 to 1, midnight first: asleep, breakfast, away, dinner.
DAY = (0.35, 0.3, 0.25, 0.25, 0.25, 0.3, 0.5, 0.75, 0.7, 0.5, 0.45, 0.55, 0.7, 0.6, 0.45, 0.4, 0.45, 0.6, 0.85, 1, 0.95)
DAY += (0.8, 0.6, 0.45)
OFFPEAK = {22, 23, 0, 1, 2, 3, 4, 5}
# The flash, on a square of 1 around its centre.
FLASH = ((0.10, -0.50), (-0.32, 0.08), (-0.03, 0.08), (-0.12, 0.50), (0.32, -0.12), (0.03, -0.12), (0.24, -0.50))


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one variant, for a light or a dark background."""

    offpeak: str
    peak: str
    flash: str
    text: str


LIGHT = Palette(offpeak="#1d6fd8", peak="#f59f0a", flash="#123a6b", text="#123a6b")
DARK = Palette(offpeak="#5aa5ff", peak="#ffb938", flash="#ffffff", text="#ffffff")


def mark(size: int, palette: Palette) -> Image.Image:
    """The mark alone, `size` pixels square, on a transparent ground."""
    side = size * OVERSAMPLING
    image = Image.new("RGBA", (side, side))
    draw = ImageDraw.Draw(image)
    middle, inner, reach, width = side / 2, side * 0.30, side * 0.16, side * 0.042
    for hour, share in enumerate(DAY):
        # Midnight at the top, clockwise, each ray in the middle of its hour.
        angle = math.radians((hour + 0.5) * 15 - 90)
        ends = [
            (middle + math.cos(angle) * radius, middle + math.sin(angle) * radius)
            for radius in (inner, inner + reach * share)
        ]
        colour = palette.offpeak if hour in OFFPEAK else palette.peak
        draw.line(ends, fill=colour, width=round(width))
        for x, y in ends:
            draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=colour)
    draw.polygon([(middle + x * side * 0.42, middle + y * side * 0.42) for x, y in FLASH], fill=palette.flash)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def logo(height: int, palette: Palette) -> Image.Image:
    """The mark and the name beside it."""
    big = height * OVERSAMPLING
    font = ImageFont.load_default(size=big * 0.44)
    left, top, right, bottom = font.getbbox("MyElectricalData")
    image = Image.new("RGBA", (round(big + right - left + big * 0.16), big))
    image.paste(mark(big, palette))
    ImageDraw.Draw(image).text(
        (big * 1.06 - left, (big - (bottom - top)) / 2 - top), "MyElectricalData", palette.text, font
    )
    return image.resize((image.width // OVERSAMPLING, height), Image.Resampling.LANCZOS)


def main() -> None:
    """Writes every image."""
    BRAND.mkdir(exist_ok=True)
    for prefix, palette in (("", LIGHT), ("dark_", DARK)):
        for suffix, times in (("", 1), ("@2x", 2)):
            mark(256 * times, palette).save(BRAND / f"{prefix}icon{suffix}.png", optimize=True)
            logo(128 * times, palette).save(BRAND / f"{prefix}logo{suffix}.png", optimize=True)


if __name__ == "__main__":
    main()
