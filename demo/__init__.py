"""The demo: a real Home Assistant beside the simulated gateway, brought through the integration's own main job."""
