"""What makes two of a list's titles, keys, values or contacts the same to a reader.

Two labels: `label_key` in `models/labels.py`.
"""

import re
from functools import lru_cache

from exchange.domain.stand_lists.standing import OF_CONTACT, Values


@lru_cache(20_000)
def title_key(title: str) -> str:
    """What makes two titles the same: neither case nor signs nor blanks."""
    return "".join(one for one in title.casefold() if one.isalnum())


def key_of(key: str | None) -> str:
    """What makes two keys the same: neither case nor blanks."""
    return "".join((key or "").split()).casefold()


def keys_differ(one: str, other: str) -> bool:
    """Whether two keys, as `key_of` has them, are of two projects; no key says nothing."""
    return bool(one and other) and one != other


def same(name: str, old: str | None, new: str | None) -> bool:
    """Whether two values of a field are the same to a reader."""
    if not old or not new:
        return not old and not new
    if old == new:
        return True
    match name:
        case "email":
            return old.casefold() == new.casefold()
        case "key":
            return key_of(old) == key_of(new)
        case "phone":
            # As a number it has no blanks any more.
            return re.sub(r"[\s()/.–-]+", "", old) == re.sub(r"[\s()/.–-]+", "", new)
        case "links":
            return old.split() == new.split()
    return " ".join(old.split()) == " ".join(new.split())


def contradict(name: str, one: str | None, other: str | None) -> bool:
    """Whether two values of a field cannot both be true; a blank contradicts nothing."""
    return bool(one and other) and not same(name, one, other)


# Contacts: what the list says of one, and what is known of another


def same_email(told: Values, known: Values) -> bool:
    return bool(told.get("email")) and same("email", known.get("email"), told.get("email"))


def same_person(told: Values, known: Values) -> bool:
    person = title_key(told.get("person") or "")
    return bool(person) and person == title_key(known.get("person") or "")


def same_function(told: Values, known: Values) -> bool:
    """Also where the row says no function: who comes at this place of the list is meant."""
    function = title_key(told.get("function") or "")
    return not function or function == title_key(known.get("function") or "")


def same_contact(one: Values, other: Values) -> bool:
    """Whether two rows name one contact: they say the same, or one says more of the same person."""
    if all(same(name, one.get(name), other.get(name)) for name in OF_CONTACT):
        return True
    fits = not any(contradict(name, one.get(name), other.get(name)) for name in OF_CONTACT)
    return fits and (same_email(one, other) or same_person(one, other))
