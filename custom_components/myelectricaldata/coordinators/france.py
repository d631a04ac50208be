"""What the national grid is at this moment, for the entities of one account that show it."""

from datetime import datetime
from typing import override

from ..energy.france import FranceView, france_view
from .signals import SignalCoordinator


class FranceCoordinator(SignalCoordinator[FranceView]):
    """What France consumes and what its sun gives now. Nothing of it is asked unless an entity wants it."""

    @override
    def _view(self, now: datetime) -> FranceView:
        grid = self.national.grid
        return france_view(grid.consumption, grid.solar, now)
