"""Pure arithmetic on energy readings. Knows nothing of Home Assistant, of the gateway or of a clock."""
