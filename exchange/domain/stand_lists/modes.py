"""What a list may do to what is there."""

from dataclasses import dataclass

from exchange.domain.stand_lists.sameness import same

MODES = ("fill", "overwrite", "clear")
"""All take what the list says; `fill` leaves what partners or organisers have mended by hand,
`overwrite` does not, `clear` also lets blanks erase."""
_NAMING = frozenset({"person", "function", "email"})
"""By these contacts are told apart: a list without them says nothing of who is none any more."""
_NEVER_ERASED = frozenset({"project", "key"})
"""By these a project is known again."""


@dataclass(frozen=True)
class Mode:
    """One of the modes, for a list that has columns for `fields`."""

    word: str
    fields: frozenset[str]

    def changes(self, name: str, old: str | None, new: str | None) -> bool:
        """Whether what the list says of a field is another value than what is there."""
        if not new:
            return bool(old) and self.word == "clear" and name not in _NEVER_ERASED
        return not same(name, old, new)

    def leaves(self, name: str, mended: tuple[str, ...]) -> bool:
        """Whether a field stays as it is whatever the list says: it was mended by hand."""
        return self.word == "fill" and name in mended

    @property
    def brings_ended_back(self) -> bool:
        """Whether contacts that somebody ended by hand are contacts again, if the list has them."""
        return self.word != "fill"

    @property
    def ends_contacts(self) -> bool:
        """Whether contacts end that the list does not have."""
        return self.word == "clear" and bool(self.fields & _NAMING)

    @property
    def blanks_are_contacts(self) -> bool:
        """Whether a row without any contact means one: its numbers or roles are erased."""
        return self.word == "clear" and not self.fields & _NAMING
