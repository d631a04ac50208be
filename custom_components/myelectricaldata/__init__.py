"""MyElectricalData: everything a Linky meter tells, in Home Assistant."""
