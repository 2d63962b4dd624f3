"""A reader of vCards, as address books have one."""

import re

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def read(file: bytes) -> list[dict[str, str]]:
    """The cards of a file: each property with its parameters, and its value without escapes."""
    unfolded = file.replace(b"\r\n ", b"").decode()
    found: list[dict[str, str]] = []
    for line in unfolded.split("\r\n"):
        name, _, value = line.partition(":")
        if name == "BEGIN":
            found.append({})
        elif name and name != "END":
            found[-1][name] = _ESCAPED.sub(_plain, value)
    return found


def _plain(escaped: re.Match[str]) -> str:
    return "\n" if escaped[1] in "nN" else escaped[1]
