"""What time it is at the server, by a device whose clock is wrong, is set, and sleeps.

Played in Chromium with the module itself, on clocks that are made up for it.
"""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from tests.support.hypotheses import REPEATABLE

pytestmark = pytest.mark.browser

DAY_MS = 24 * 3600 * 1000
LONGEST_MS = 10_000
PLAY = """async ([skew, steps, exactly]) => {
  // The server's time, this device's clock beside it, and how long its other one stood still.
  const [wall, steady] = [Date.now, performance.now];
  let now = 1.8e12, slept = 0;
  Date.now = () => now + skew;
  performance.now = () => now - 1.79e12 - slept;
  globalThis.plays = (globalThis.plays ?? 0) + 1;
  const module = await import(`/page/server-time.js?${globalThis.plays}`);
  if (exactly) module.keepTimeExactly();
  const errors = steps.map(([kind, amount, back]) => {
    // As clocks do: somebody looks at it each second.
    for (let left = kind === "pass" ? amount : 0; left > 0; left -= 1000) {
      now += Math.min(left, 1000);
      module.serverTime();
    }
    if (kind === "sleep") { now += amount; slept += amount; }
    if (kind === "set") skew += amount;
    if (kind === "ask") {
      const tell = module.askTime();
      now += amount;
      const time = now;
      now += back;
      tell(time);
    }
    return module.serverTime() - now;
  });
  [Date.now, performance.now] = [wall, steady];
  return errors;
}"""
Step = tuple[str, int, int]
ONE_WAY = st.integers(1, 6000)
AGES = st.integers(-2 * DAY_MS, 2 * DAY_MS)
STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        st.tuples(st.just("pass"), st.integers(1, 60_000), st.just(0)),
        st.tuples(st.just("sleep"), st.integers(2000, 8 * 3600_000), st.just(0)),
        st.tuples(st.just("set"), AGES.filter(lambda by: abs(by) > 2000), st.just(0)),
        st.tuples(st.just("ask"), ONE_WAY, ONE_WAY),
    ),
    min_size=1,
    max_size=25,
)


def play(page: Page, skew: int, steps: list[Step], *, exactly: bool = True) -> list[float]:
    """How wrong the time was after each step, in milliseconds; NaN where none was told."""
    errors: list[float] = page.evaluate(PLAY, [skew, steps, exactly])
    return errors


@settings(REPEATABLE, max_examples=80)
@given(skew=AGES, steps=STEPS)
def test_what_is_told_is_as_exact_as_the_answers_or_nothing_is(
    modules: Page, skew: int, steps: list[Step]
) -> None:
    shortest, bound = math.inf, math.nan
    for (kind, amount, back), error in zip(steps, play(modules, skew, steps), strict=True):
        took = amount + back
        if kind == "ask" and took <= min(shortest, LONGEST_MS):
            shortest, bound = took, took / 2
        elif kind in ("set", "sleep"):
            shortest = math.inf
            # Forward, and nobody has said yet whether it was set or slept.
            bound = math.nan if kind == "set" and amount > 0 else bound
        if not math.isnan(bound) and not math.isnan(error):
            assert abs(error) <= bound + 1


@settings(REPEATABLE, max_examples=80)
@given(skew=AGES, steps=STEPS, way=st.integers(1, 40), exactly=st.booleans())
def test_one_quick_answer_mends_whatever_was_before(
    modules: Page, skew: int, steps: list[Step], way: int, exactly: bool
) -> None:
    *_, error = play(modules, skew, [*steps, ("ask", way, way)], exactly=exactly)
    assert abs(error) <= 2 * way + 1


def test_nothing_is_told_before_the_first_answer(modules: Page) -> None:
    assert all(map(math.isnan, play(modules, 420_000, [("pass", 5000, 0), ("sleep", 9000, 0)])))


def test_a_clock_that_is_set_back_changes_nothing(modules: Page) -> None:
    assert play(modules, 420_000, [("ask", 20, 20), ("set", -420_000, 0)]) == [0, 0]


def test_a_clock_that_is_set_forward_is_doubted_until_an_answer(modules: Page) -> None:
    asked, doubted, waits, mended = play(
        modules, -420_000, [("ask", 20, 20), ("set", 420_000, 0), ("pass", 1000, 0), ("ask", 9, 9)]
    )
    assert (asked, mended) == (0, 0)
    assert math.isnan(doubted)
    assert math.isnan(waits)


def test_without_a_connection_a_laptop_that_slept_goes_on_with_what_it_knew(modules: Page) -> None:
    *_, error = play(
        modules, -420_000, [("ask", 20, 20), ("sleep", 3600_000, 0), ("pass", 6000, 0)]
    )
    assert error == 0
