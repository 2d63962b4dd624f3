"""Sentences that are translated when they are read.

As flask_babel's own lazy strings, but the library is loaded by whoever reads one: a child process
(`exchange/jobs.py`) knows the words of refusals and says no sentence.
"""


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
