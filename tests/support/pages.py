"""Every page that the product has, and somebody who may read them all."""

from tests.support.fair import GE, GENERAL, ROBO, TOUR, Fair
from tests.support.windows import Window

MINUTES = f"/e/{GE}/minutes"
"""Published when the day is over; 404 before."""
PUBLIC = [
    "/",
    f"/e/{GE}",
    f"/s/{ROBO}",
    f"/s/{GENERAL}",
    MINUTES,
    "/projects/robo",
    "/pass",
]
STAFF = {
    f"/present/{ROBO}": ("presenter", ROBO),
    f"/moderate/{GE}": ("moderator", GE),
    f"/screen/{GE}": ("screen", GE),
    "/organise": ("organiser", TOUR),
    f"/organise/{GE}": ("organiser", TOUR),
    f"/organise/{GE}/settings": ("organiser", TOUR),
    f"/organise/{GE}/stands": ("organiser", TOUR),
    f"/organise/{GE}/stands/{ROBO}": ("organiser", TOUR),
    f"/organise/{GE}/sheets": ("organiser", TOUR),
    "/organise/projects/robo": ("organiser", TOUR),
    f"/organise/series/{TOUR}/projects": ("organiser", TOUR),
    f"/organise/series/{TOUR}/settings": ("organiser", TOUR),
    f"/organise/series/{TOUR}/events/new": ("organiser", TOUR),
    f"/organise/{GE}/pitches": ("organiser", TOUR),
    f"/organise/{GE}/passes": ("organiser", TOUR),
    f"/organise/{GE}/passes/hand-out": ("organiser", TOUR),
    f"/organise/{GE}/entries": ("organiser", TOUR),
    f"/organise/series/{TOUR}/questions": ("organiser", TOUR),
    f"/present/{ROBO}/entry": ("presenter", ROBO),
    "/contact/bau": ("contact", "bau"),
    f"/organise/{GE}/registered": ("organiser", TOUR),
    f"/organise/{GE}/live": ("organiser", TOUR),
}
WITH_SECRETS = (
    "/organise",
    f"/organise/{GE}",
    "/organise/projects/robo",
    f"/organise/{GE}/passes",
)
"""Those that hold links of passes."""
PAGES = [*PUBLIC, *STAFF]
LIVE = [f"/e/{GE}", f"/s/{ROBO}", f"/present/{ROBO}", f"/moderate/{GE}", f"/screen/{GE}"]
OF_ONE = [f"/present/{ROBO}/questions/1", f"/moderate/{GE}/questions/1"]
"""There once a question has been asked."""


def reader_of_all(fair: Fair) -> Window:
    """Somebody with every pass."""
    window = Window(fair)
    for role, place in set(STAFF.values()):
        window.enter(role, place)
    return window
