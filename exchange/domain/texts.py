"""What people typed, made fit to be kept and shown."""

import re
import unicodedata

from exchange.domain.refusals import Refused
from exchange.models import lengths

# Copying from a website or a PDF brings these along unseen. They change what others read
# (direction overrides), hide in words (zero width) or pass for letters (Hangul fillers), and
# nobody typed them on purpose. Zero-width joiners stay: emoji and some scripts need them.
_UNSEEN = re.compile(
    "[\u00ad\u061c\u115f\u1160\u180e\u3164\uffa0\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
# Control characters but line break and tab, and halves of surrogate pairs.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\s*\n\s*\n\s*")


def clean(text: str, *, limit: int) -> str:
    """`text` in NFC, without unseen characters, with single spaces; at most `limit` characters.

    Refuses `characters` (control characters, lone surrogates) and `too_long`.
    """
    text = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = unicodedata.normalize("NFC", text)
    if _UNSHOWABLE.search(text):
        raise Refused("characters")
    text = _BLANK_LINES.sub("\n\n", _SPACES.sub(" ", text)).strip()
    if len(text) > limit:
        raise Refused("too_long", limit=limit, length=len(text))
    return text


def clean_question(text: str) -> str:
    """A question's text. Refuses also `empty` and `no_words`: somebody must be able to read it
    aloud.
    """
    text = clean(text, limit=lengths.QUESTION)
    if not text:
        raise Refused("empty")
    if not any(character.isalnum() for character in text):
        raise Refused("no_words")
    return text


def clean_line(text: str | None, *, limit: int) -> str | None:
    """One line of text, or None for an empty one."""
    return " ".join(clean(text or "", limit=limit).split()) or None
