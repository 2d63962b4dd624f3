"""What an asker's own pages say of a question beyond what everybody reads of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from exchange.models import OVER, Status
from exchange.queries import fair
from exchange.queries.fair import ContactLine
from exchange.queries.questions import UNACCOUNTED, Card

UNANSWERED = UNACCOUNTED | {Status.OWED}


@dataclass(frozen=True)
class OwnCard:
    """A question as its asker sees it."""

    card: Card
    contact: ContactLine | None
    """Whom to call about what the day left without an answer; None during the day."""

    @property
    def left_open(self) -> bool:
        """Whether the day is over and nobody has promised an answer."""
        return self.card.phase in OVER and self.card.shown in UNACCOUNTED


def own_cards(cards: Iterable[Card]) -> list[OwnCard]:
    """The same questions for their asker. One select, and only if one of them needs a contact."""
    cards = list(cards)
    codes = {code for card in cards if (code := _needs(card))}
    contacts = fair.whom_to_call(codes) if codes else {}
    return [OwnCard(card, contacts.get(_needs(card) or "")) for card in cards]


def _needs(card: Card) -> str | None:
    """The code of the project whose contact is to be named beside a question."""
    over = card.phase in OVER and card.shown in UNANSWERED
    return card.stand.project_code if over else None
