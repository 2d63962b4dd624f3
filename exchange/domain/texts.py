"""What people typed, made fit to be kept and shown."""

import re
import unicodedata

from exchange.domain.refusals import Refused
from exchange.models import lengths

# Copying from a website or a PDF brings these along unseen. They change what others read
# (direction overrides), hide in words (zero width) or pass for letters (Hangul fillers), and
# nobody typed them on purpose. Zero-width joiners stay: emoji and some scripts need them.
# So do control characters, what dictation leaves for a picture (U+FFFC), and what a program has
# already lost (U+FFFD).
_UNSEEN = re.compile(
    "[\x01-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u3164\uffa0\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffd]"
)
# PowerPoint breaks lines by vertical tabs and pages by form feeds, others by Unicode's own signs.
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Windows-1252 that a program took for Latin-1: quotation marks, dashes, the euro sign.
_WINDOWS = {
    code: bytes([code]).decode("cp1252")
    for code in range(0x80, 0xA0)
    if code not in (0x81, 0x85, 0x8D, 0x8F, 0x90, 0x9D)
}
_FROM_WINDOWS = re.compile("[\x80-\x84\x86-\x9f]")
# What no text can be: NUL, halves of surrogate pairs, code points that are no characters.
_NO_TEXT = re.compile("[\x00\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\s*\n\s*\n\s*")


MARKS_IN_A_ROW = 8
"""Combining marks on one letter, at most. Pointed Hebrew has four or five, Tibetan stacks six."""
RAW_FACTOR = 4
"""So many times the limit may be sent: spaces and unseen characters go away, decomposed letters
become one."""
_FIRST_MARK = "\u0300"
_JOINERS = "\u200c\u200d"


def seen(text: str) -> str:
    """`text` without what nobody sees."""
    return _UNSEEN.sub("", text)


def measure(text: str, *, limit: int) -> None:
    """Refuse what is not worth cleaning, in time proportional to its length.

    `unicodedata.normalize` takes quadratic time for a run of combining marks: 124 KB of them held
    the process for 8 s. Refuses `too_long` for more than RAW_FACTOR times `limit` and `characters`
    for more than MARKS_IN_A_ROW marks on one letter.
    """
    if len(text) > RAW_FACTOR * limit:
        raise Refused("too_long", limit=limit, length=len(text))
    if not text or max(text) < _FIRST_MARK:
        return
    run = 0
    # Without what `clean` removes: it would hide that marks follow one another.
    for character in _UNSEEN.sub("", text):
        if character in _JOINERS:
            continue
        run = run + 1 if unicodedata.category(character).startswith("M") else 0
        if run > MARKS_IN_A_ROW:
            raise Refused("characters")


def clean(text: str, *, limit: int) -> str:
    """`text` in NFC, without unseen characters, with single spaces; at most `limit` characters.

    It counts what stands in the field: some letters (U+0958) are one there and two in NFC, others
    (from macOS) two there and one in NFC. The shorter counts, and is kept where the other is too
    long. Refuses `characters` for what no text can be, and what `measure` refuses.
    """
    measure(text, limit=limit)
    if text.isprintable() and "  " not in text and max(text, default="") < _FIRST_MARK:
        # Most are: letters of western languages, each of one form, and nothing unseen.
        text = text.strip()
        if len(text) > limit:
            raise Refused("too_long", limit=limit, length=len(text))
        return text
    if _NO_TEXT.search(text):
        raise Refused("characters")
    text = _BREAKS.sub("\n", text)
    if _FROM_WINDOWS.search(text):
        text = text.translate(_WINDOWS)
    text = _UNSEEN.sub("", text)
    typed = _without_needless_space(text)
    if unicodedata.is_normalized("NFC", text):
        text = typed
    else:
        text = _without_needless_space(unicodedata.normalize("NFC", text))
    if len(text) <= limit:
        return text
    if len(typed) <= limit:
        return typed
    raise Refused("too_long", limit=limit, length=min(len(typed), len(text)))


def _without_needless_space(text: str) -> str:
    text = _SPACES.sub(" ", text)
    return (_BLANK_LINES.sub("\n\n", text) if "\n" in text else text).strip()


def clean_question(text: str, *, limit: int = lengths.QUESTION) -> str:
    """A question's text. Refuses also `empty` and `no_words`: somebody must be able to read it
    aloud. `limit`: what its event allows.
    """
    text = clean(text, limit=limit)
    if not text:
        raise Refused("empty")
    if not any(character.isalnum() for character in text):
        raise Refused("no_words")
    return text


def clean_line(text: str | None, *, limit: int) -> str | None:
    """One line of text, or None for an empty one."""
    return " ".join(clean(text or "", limit=limit).split()) or None
