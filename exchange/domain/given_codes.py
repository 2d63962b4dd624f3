"""Codes that were given rather than made up: refused unless an address finds what has them."""

from exchange.domain.refusals import Refused
from exchange.models.codes import CodeRule


def require(rule: CodeRule, code: str) -> str:
    """The code. Refuses `code`."""
    if not rule.fits(code):
        letters = "A–Z" if rule.upper else "a–z"
        raise Refused(
            "code", field="code", code=code[:60], longest=rule.longest, signs=f"{letters}, 0–9, -"
        )
    return code
