"""How hypothesis is told to play here."""

from hypothesis import HealthCheck, settings

REPEATABLE = settings(
    derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)
"""The same examples each time, on however slow a machine, with fixtures shared by all of them.

A test that wants to says how many: `@settings(REPEATABLE, max_examples=8)`.
"""
