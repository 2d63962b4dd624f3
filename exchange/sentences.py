"""Sentences that are translated when they are read.

As flask_babel's own lazy strings, but the library is loaded by whoever reads one: a child process
(`exchange/jobs.py`) knows the words of refusals and says no sentence.
"""

import re
from datetime import date

_FROM_THE_RIGHT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def isolated(value: object) -> object:
    """What somebody typed, to stand within a sentence of ours, an attribute or an option.

    Words that run from the right get marks around them (U+2068, U+2069), so that they order
    nothing but themselves; others stay as they are.
    """
    if hasattr(value, "__html__") or not _FROM_THE_RIGHT.search(str(value)):
        # Markup has elements that say the direction.
        return value
    return f"\u2068{value}\u2069"


class Sentence:
    """A German sentence; as text it is in the language that is in force."""

    def __init__(self, german: str) -> None:
        self.german = german

    def __str__(self) -> str:
        from flask_babel import gettext

        return str(gettext(self.german))


def later(german: str) -> Sentence:
    """Mark a sentence for the catalogue; import it as `_l`."""
    return Sentence(german)


_DAYS_AS_IN = {"en": "en_GB"}
"""Whoever reads English in a German town writes the day before the month."""


def day(value: date, form: str = "long") -> str:
    """A day as the reader writes it: `9. Dezember 2026`, `9 December 2026`.

    `form`: *short*, *medium*, *long*, *full*, or a pattern of the Unicode consortium.
    """
    from babel.dates import format_date

    return format_date(value, form, locale=_locale_of_days())


def day_and_month(value: date) -> str:
    """The same without the year: `9. Dezember`, `9 December`."""
    from babel.dates import format_skeleton

    return format_skeleton("MMMMd", value, locale=_locale_of_days())


def _locale_of_days() -> str:
    from flask_babel import get_locale

    language = str(get_locale() or "de")
    return _DAYS_AS_IN.get(language, language)
