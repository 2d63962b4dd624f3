"""Waiting for what will come. How long it takes is not judged, only whether it comes at all."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")

HANGS_S = 90.0
"""What has not come by then hangs: a machine with busy neighbours is slow, not broken."""


def wait_until(
    true: Callable[[], object],
    told: Callable[[], object] = lambda: "",
    *,
    hangs_s: float = HANGS_S,
) -> None:
    """Return as soon as it is true; `told` is what the failure says if it never is."""
    until = time.monotonic() + hangs_s
    while not true():
        assert time.monotonic() < until, told()
        time.sleep(0.02)


def played(story: Coroutine[Any, Any, T]) -> T:
    """What a coroutine answers, on a loop of its own: browser tests keep one in this thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, story).result()
