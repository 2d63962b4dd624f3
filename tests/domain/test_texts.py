"""What people type, and what is kept of it."""

import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exchange.domain import texts
from exchange.domain.refusals import Refused

TYPED = st.text(alphabet=st.characters(codec=None, categories=None), max_size=60)
# What copying brings along, thrown in often.
COPIED = st.text(
    alphabet=st.sampled_from(
        "aä1 \n\r\t\u00a0\u00ad\u200b\u200d\u202e\u2028\x0b\x93\ufffc\ufeff\u0301?\x00👍"
    ),
    max_size=30,
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Was kostet das?", "Was kostet das?"),
        ("  Was \t kostet\u00a0das? ", "Was kostet das?"),
        ("Zeile\r\nzwei\rdrei", "Zeile\nzwei\ndrei"),
        ("Absatz\n\n\n \n\nzwei", "Absatz\n\nzwei"),
        ("gru\u0308n", "grün"),
        ("Ver\u00adwal\u200btung", "Verwaltung"),
        ("\ufeffPreis\u2060?", "Preis?"),
        ("Kosten \u202eetsoK\u202c?", "Kosten etsoK?"),
        ("\u2067links\u2069", "links"),
        ("e\u200b\u0301", "é"),
        ("Was kostet es? 👨\u200d👩\u200d👧", "Was kostet es? 👨\u200d👩\u200d👧"),
        ("<b>fett</b> & <script>alert(1)</script>", "<b>fett</b> & <script>alert(1)</script>"),
        ("a\u2028b\u2029c\x85d", "a\nb\nc\nd"),
        ("Titel\x0bZeile zwei\x0cneue Seite", "Titel\nZeile zwei\nneue Seite"),
        ("a\x1b[31m", "a[31m"),
        ("Was\x07 kostet\x7f es?", "Was kostet es?"),
        ("\x84Preis\x93 \x96 5 \x80", "„Preis“ – 5 €"),
        ("Wort\x81\x8d\x9d", "Wort"),
        ("Was \ufffckostet\ufffd es?", "Was kostet es?"),
        ("\ufff9Text\ufffa\ufffb", "Text"),
        ("کجا\u200cست؟", "کجا\u200cست؟"),
    ],
)
def test_what_is_kept(typed: str, kept: str) -> None:
    assert texts.clean_question(typed) == kept


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("\u200b\u200e\ufeff", "empty"),
        ("\u061c\u180e", "empty"),
        ("\u3164\u115f\u1160\uffa0", "empty"),
        ("👍🏽👍", "no_words"),
        ("?!…", "no_words"),
        ("\u2800\u2800", "no_words"),
        ("a\x00b", "characters"),
        ("\ud83d", "characters"),
        ("a\ufdd0b", "characters"),
        ("a\uffff", "characters"),
        ("\x1b\x07\ufffc\ufffd", "empty"),
        ("a" * 501, "too_long"),
        ("a" * 10_000, "too_long"),
    ],
)
def test_what_is_refused(typed: str, word: str) -> None:
    with pytest.raises(Refused) as refused:
        texts.clean_question(typed)
    assert refused.value.word == word


def test_five_hundred_characters_fit_after_cleaning() -> None:
    assert len(texts.clean_question("ä" * 500 + " " * 500)) == 500
    with pytest.raises(Refused) as refused:
        texts.clean_question("ä" * 501)
    assert refused.value.details == {"limit": 500, "length": 501}


def test_the_limit_counts_what_stands_in_the_field() -> None:
    assert len(texts.clean_question("\u0958" * 500)) == 500
    assert texts.clean_question("a\u0308" * 500) == "ä" * 500
    for letters in ("\u0958" * 501, "a\u0308" * 501):
        with pytest.raises(Refused) as refused:
            texts.clean_question(letters)
        assert refused.value.details == {"limit": 500, "length": 501}


@pytest.mark.parametrize(
    "written",
    [
        "Tiếng Việt: Chi phí mỗi năm là bao nhiêu?",
        unicodedata.normalize("NFD", "Tiếng Việt: Chi phí mỗi năm là bao nhiêu?"),
        "בְּרֵאשִׁ֖ית בָּרָ֣א אֱלֹהִ֑ים",
        "ค่าใช้จ่ายต่อปีเท่าไหร่ และใครดูแล ที่นี่",
        "क्या यह हर साल का खर्च है? क्षत्रिय संस्कृत्यां",
        "བསྒྲུབས་ཀྱི་",
        "Wer hilft? 👩🏽‍🚒👨‍👩‍👧‍👦 ❤️‍🔥 1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    ],
)
def test_the_marks_of_real_scripts_stay_whole(written: str) -> None:
    assert texts.clean_question(written) == unicodedata.normalize("NFC", written)


@pytest.mark.parametrize(
    "stacked",
    [
        "a" + "\u0301" * 192,
        "Was kostet e" + "\u0301\u0323" * 20 + "s?",
        "a" + "\u0301\u200b" * 9,
        "a" + "\u0301\u200d" * 9,
        "a" + "\u20dd" * 9,
        "a" + "\ufe0f" * 9,
    ],
)
def test_more_marks_than_any_script_needs_are_refused(stacked: str) -> None:
    for clean in (texts.clean_question, lambda text: texts.clean_line(text, limit=80)):
        with pytest.raises(Refused) as refused:
            clean(stacked)
        assert refused.value.word in ("characters", "too_long")


def test_a_flood_of_marks_costs_no_more_than_one_of_letters() -> None:
    def seconds(flood: str) -> float:
        began = time.process_time()
        for _ in range(20):
            with pytest.raises(Refused):
                texts.clean_question(flood)
        return time.process_time() - began

    letters = min(seconds("a" * 124_000) for _ in range(5))
    marks = min(seconds("\u0301\u0323" * 62_000) for _ in range(5))
    short = min(seconds("a" + "\u0301\u0323" * 900) for _ in range(5))
    assert max(marks, short) < 20 * letters + 0.05


def test_a_line_is_one_line_or_nothing() -> None:
    assert texts.clean_line(" Stadt\n\nWaltrop ", limit=80) == "Stadt Waltrop"
    assert texts.clean_line(" \u200b\n ", limit=80) is None
    assert texts.clean_line(None, limit=80) is None


@given(TYPED | COPIED)
@example("e\u200b\u0301")
@example("a \n \u200b\n b")
def test_cleaning_twice_is_cleaning_once(typed: str) -> None:
    try:
        kept = texts.clean(typed, limit=500)
    except Refused:
        return
    assert texts.clean(kept, limit=500) == kept


@given(TYPED | COPIED)
def test_what_is_kept_can_be_shown(typed: str) -> None:
    try:
        kept = texts.clean_question(typed)
    except Refused:
        return
    assert kept == kept.strip()
    assert kept == unicodedata.normalize("NFC", kept)
    assert 0 < len(kept) <= 500
    assert "  " not in kept
    assert "\n\n\n" not in kept
    assert not set(kept) & set(
        "\x00\x0b\x0c\x1b\x85\u2028\ufffc\ufffd\r\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b"
    )
    kept.encode()


@given(st.text(alphabet="abcäöüß ?,.-\n", max_size=40))
def test_plain_words_stay_as_they_are(typed: str) -> None:
    words = typed.split()
    try:
        kept = texts.clean(typed, limit=500)
    except Refused:
        raise AssertionError from None
    assert kept.split() == words
