"""How pytest runs here: the profiles of the property tests."""

import os

from hypothesis import settings

# No deadline: a test asserts no time. Where `CI` is set, the same examples on every run.
settings.register_profile("usual", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile("usual")
