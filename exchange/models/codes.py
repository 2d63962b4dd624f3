"""Codes: what stands in addresses for events, stands, series and projects.

How a code is kept and how it is looked up is one rule: whatever the tables take (`checks.py`) is
found by its address, in whatever case somebody writes it.
"""

import re
from dataclasses import dataclass

_SIGNS = re.compile("[A-Za-z0-9-]+")


@dataclass(frozen=True)
class CodeRule:
    """Letters of one case without umlauts, digits and hyphens, up to `longest` of them."""

    upper: bool
    longest: int

    def read(self, word: str | None) -> str | None:
        """The code that somebody wrote, as it is kept; None for what can be none.

        A database need not be asked for that one, and PostgreSQL would refuse to look for some (a
        NUL, half a surrogate).
        """
        if not word or len(word) > self.longest or not _SIGNS.fullmatch(word):
            return None
        return word.upper() if self.upper else word.lower()

    def fits(self, code: str | None) -> bool:
        """Whether a code can be kept so: it is found by what it says."""
        return code is not None and self.read(code) == code

    def require(self, code: str | None) -> str:
        """The code. ValueError for one that no address could find."""
        if code is None or not self.fits(code):
            raise ValueError(f"No address finds the code {code!r:.60}.")
        return code


SHORT = CodeRule(upper=True, longest=12)
"""Of events and stands: printed, read aloud, typed on a phone."""
SERIES = CodeRule(upper=False, longest=40)
PROJECT = CodeRule(upper=False, longest=60)
