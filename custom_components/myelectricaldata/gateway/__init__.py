"""Client of the MyElectricalData gateway. Knows nothing of Home Assistant."""
