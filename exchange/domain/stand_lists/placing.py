"""Which stand of the event a listed project has, who has to leave, what the list does not have."""

from collections.abc import Sequence, Set

from exchange.domain.stand_lists.cells import Problem
from exchange.domain.stand_lists.listed import ListedProject
from exchange.domain.stand_lists.plans import Asked, Choice
from exchange.domain.stand_lists.standing import StandingIndex, StandingStand
from exchange.models.labels import label_key


def place(listed: ListedProject, index: StandingIndex) -> None:
    """Its stands by their labels; those that are left over go to the labels that are left over."""
    stands = index.stands_of(listed.project) if listed.project else []
    left = {stand.id: stand for stand in stands if not stand.archived}
    for label in listed.labels:
        found = next((one for one in left.values() if label_key(one.label) == label), None)
        if found is not None:
            listed.stands[label] = left.pop(found.id)
    archived = [stand for stand in stands if stand.archived]
    for label in listed.labels:
        if label in listed.stands:
            continue
        if left:
            listed.stands[label] = left.pop(next(iter(left)))
            continue
        # One that was taken out comes back, with its code: it may be printed.
        back = next((one for one in archived if label_key(one.label) == label), None)
        back = back or next(iter(archived), None)
        if back is not None:
            archived.remove(back)
        listed.stands[label] = back


def free_labels(
    all_listed: Sequence[ListedProject], index: StandingIndex, freed: Set[str]
) -> list[StandingStand]:
    """The stands that leave. `freed`: keys of the labels of which somebody said that they may.

    Any other label that another project has, which does not move away, is asked for.
    """
    leaving: list[StandingStand] = []
    moving = {
        stand.id
        for listed in all_listed
        for label, stand in listed.stands.items()
        if stand is not None and label_key(stand.label) != label
    }
    for listed in all_listed:
        for label, stand in listed.stands.items():
            there = index.stands_at.get(label)
            if there is None or there.id in moving or there is stand:
                continue
            plan = listed.plans[listed.labels[label][1].number]
            if any(problem.field == "label" for problem in plan.problems):
                continue
            project = index.project(there.project_id)
            name = project.title if project else ""
            if there.asked:
                plan.problems.append(Problem("label", "place_asked", there.label, meant=name))
            elif label in freed:
                leaving.append(there)
            else:
                plan.problems.append(Problem("label", "place_taken", there.label, meant=name))
                choice = Choice(f"free:{there.label}", there.label, name, "")
                plan.asked = plan.asked or Asked("place", (choice,), may_be_new=False)
    return leaving


def missing_labels(
    all_listed: Sequence[ListedProject],
    index: StandingIndex,
    leaving: Sequence[StandingStand],
    mentioned: Set[str],
) -> list[str]:
    """The labels that stand and that the list does not have."""
    kept = {stand.id for stand in leaving}
    for listed in all_listed:
        kept |= {stand.id for stand in listed.stands.values() if stand is not None}
        if listed.project is not None and not listed.labels:
            # Its row is refused for its label: the stand is in the list all the same.
            kept |= {stand.id for stand in index.stands_of(listed.project)}
    return [
        stand.label
        for label, stand in index.stands_at.items()
        if stand.id not in kept and label not in mentioned
    ]
