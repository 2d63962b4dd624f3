"""Links that open a mail in the reader's own program. We send none."""

from urllib.parse import quote

LONGEST = 2000
"""Signs of an address that every mail program takes."""


def mailto(to: str, subject: str, body: str, shorter: str) -> str:
    """The link for a mail to somebody. `shorter`: the body where all of it would be too long."""
    address = f"mailto:{quote(to, safe='@')}?subject={quote(subject, safe='')}&body="
    whole = address + _quoted(body)
    if len(whole) < LONGEST:
        return whole
    return f"mailto:{quote(to, safe='@')}?body={_quoted(shorter)}"


def _quoted(body: str) -> str:
    return quote(body.replace("\r\n", "\n").replace("\n", "\r\n"), safe="")
