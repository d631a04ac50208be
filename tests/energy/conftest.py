"""Property tests without a deadline: a busy machine is slow, not wrong."""

from hypothesis import settings

settings.register_profile(
    "patient", parent=settings.get_profile(settings.get_current_profile_name()), deadline=None, print_blob=True
)
settings.load_profile("patient")
