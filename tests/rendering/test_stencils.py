"""Parts that are drawn once and filled in read like parts that are drawn anew."""

from dataclasses import replace
from itertools import product

import pytest
from flask_babel import force_locale

from exchange import rendering
from exchange.models import Facet, Origin, Question, Status
from exchange.queries import questions
from exchange.queries.questions import Card
from tests.support.fair import GE, Fair

STATUSES = [status for status in Status if status is not Status.ANSWERED]


def a_card(fair: Fair) -> Card:
    return questions.cards(Question.event_id == fair.event_id(GE))[0]


def drawn_anew(card: Card, template: str, macro: str, *shape: object) -> str:
    environment = rendering._environment("de")
    draw = getattr(environment.get_template(template).module, macro)
    return str(draw(card, "/there/", *shape))


def filled_in(card: Card, template: str, macro: str, *shape: object) -> str:
    environment = rendering._environment("de")
    draw = getattr(environment.get_template(template).module, macro)
    stencil = environment.globals["stencil"]
    return str(stencil(template, draw, card, "/there/", *shape))  # type: ignore[operator]


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("merged", [False, True])
def test_a_filled_in_card_reads_like_one_drawn_anew(
    fair: Fair, status: Status, merged: bool
) -> None:
    text = 'Kosten <b>unter</b> 10.000 €? \\1 {{ 7 }} & "so"'
    fair.ask()
    with fair.app.app_context(), force_locale("de"):
        first = a_card(fair)
        one = replace(first, id=4711, number=23, version=9, text=text, status=status)
        other = replace(one, id=1, number=2, version=3, text="Anders?")
        for card in (one, other, one):
            for template, shape in (
                ("staff/_desk_verbs.html", (status.value, merged)),
                ("staff/_row_verbs.html", ("merged" if merged else status.value,)),
            ):
                assert filled_in(card, template, "verbs", *shape) == drawn_anew(
                    card, template, "verbs", *shape
                )


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("template", ["_card", "_row", "_mine", "_public"])
def test_a_whole_card_reads_the_same_however_it_is_drawn(
    fair: Fair, template: str, language: str
) -> None:
    text = "Kosten <b>unter</b> 10.000 €? ~.id.~ \\1 {{ 7 }}"
    fair.ask()
    with fair.app.app_context(), force_locale(language):
        first = a_card(fair)
        general = replace(first.stand, number=0, project=None, partner=None)
        shapes = product(
            (Status.PENDING, Status.OPEN, Status.SHORTLISTED, Status.DECLINED),
            (None, Facet.KOSTEN),
            (Origin.ATTENDEE, Origin.PRESENTER),
            (None, "Stadt <Aachen> & Co."),
            (first.stand, general),
        )
        for number, (status, facet, origin, name, stand) in enumerate(shapes, 1):
            one = replace(
                first,
                id=number + 7,
                number=number,
                text=f"{text} {number}",
                votes=number % 3,
                status=status,
                shown=status,
                position=number + 0.5 if status is Status.SHORTLISTED else None,
                facet=facet,
                origin=origin,
                name=name,
                stand=stand,
            )
            path = f"questions/{template}.html"
            # Drawn once for the stencil, filled in the second time.
            for _ in range(2):
                assert rendering.draw(path, one) == rendering.render(path, card=one)


def test_a_stencil_refuses_to_look_at_what_it_does_not_know(fair: Fair) -> None:
    fair.ask()
    with fair.app.app_context(), force_locale("de"):
        environment = rendering._environment("de")
        peeking = environment.from_string(
            "{% macro peek(card, base) %}{{ card.name }}{% endmacro %}"
        ).module
        with pytest.raises(TypeError, match="name"):
            environment.globals["stencil"]("peek", peeking.peek, a_card(fair), "/there/")  # type: ignore[operator, attr-defined]
