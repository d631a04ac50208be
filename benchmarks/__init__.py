"""Speed, memory and politeness of the integration, measured; `scripts/benchmark` prints them as one JSON object."""
