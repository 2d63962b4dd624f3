"""Labels of stands in their natural order: 2 before 10, A-2 before A-10."""

import re
from functools import lru_cache

from exchange.models import lengths

_DIGITS = 10
"""A run of digits is filled up to so many."""
LONGEST_SORT_KEY = (lengths.LABEL + 1) // 2 * (_DIGITS + 1)
GENERAL = "0"
"""The label of the stand without a project, *Allgemein*. No other stand may have it."""


@lru_cache(20_000)
def label_key(label: str) -> str:
    """What makes two labels the same: neither case, nor blanks, nor zeros in front of a number."""
    text = re.sub(r"[\s.]+", "", label.casefold()).replace("–", "-")
    return re.sub(r"(?<!\d)0+(?=\d)", "", text)


def sort_key(label: str) -> str:
    """The key of a label, to be compared sign by sign: its numbers all have the same length."""
    return re.sub(r"\d+", lambda found: found[0].zfill(_DIGITS), label_key(label))


def fits(label: str) -> bool:
    """Whether people can call a stand so: it has a letter or a digit."""
    return len(label) <= lengths.LABEL and any(sign.isalnum() for sign in label)


def require(label: str) -> str:
    """The label. ValueError for one that nobody could say."""
    if not fits(label):
        raise ValueError(f"No stand can be called {label[:60]!r}.")
    return label
