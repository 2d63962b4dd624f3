"""How much may come in within a minute, as one process counts it."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from exchange.limits import InMemory, a_minute


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that have gone by; a test moves them on."""
    now = [1000.0]
    monkeypatch.setattr("exchange.limits.time.monotonic", lambda: now[0])
    return now


def test_the_limit_plus_one_gets_retry_after(clock: list[float]) -> None:
    limiter, three = InMemory(), a_minute(3)
    told = []
    for _ in range(5):
        told.append(limiter.hit(three, "participant", "Anna"))
        clock[0] += 10
    assert told == [0, 0, 0, 30, 20]
    clock[0] += 10
    assert limiter.hit(three, "participant", "Anna") == 0
    assert limiter.hit(three, "participant", "Anna") == 10


def test_each_kind_and_key_has_a_window_of_its_own(clock: list[float]) -> None:
    limiter, one = InMemory(), a_minute(1)
    for kind, who in (("participant", "Anna"), ("participant", "Bert"), ("stand", "Anna")):
        assert limiter.hit(one, kind, who) == 0
        assert limiter.hit(one, kind, who) == 60


def test_expired_windows_are_swept(clock: list[float]) -> None:
    limiter, many = InMemory(until_sweep=10), a_minute(100)
    for n in range(9):
        limiter.hit(many, "participant", f"person {n}")
    clock[0] += 61
    limiter.hit(many, "participant", "late")
    assert set(limiter.windows) == {("participant", "late")}


def test_concurrent_threads_may_use_the_limiter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A sweep while others come in: `dictionary changed size during iteration`."""
    monkeypatch.setattr("exchange.limits.SWEEP_EVERY", 1)
    limiter, many = InMemory(until_sweep=1), a_minute(100)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            told = pool.map(lambda n: limiter.hit(many, "participant", f"person {n}"), range(3000))
            assert set(told) == {0}
    finally:
        sys.setswitchinterval(before)
    assert len(limiter.windows) == 3000
