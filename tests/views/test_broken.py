"""When something breaks, people get a sentence and programs a word; the details go to the log."""

import logging

import pytest

from tests.support.fair import Fair


def test_what_breaks_is_said_in_a_sentence_and_logged(
    fair: Fair, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = fair.app
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    # A real defect: the limiter that every write needs is gone.
    monkeypatch.setattr(app.extensions["process"], "limiter", None)
    with caplog.at_level(logging.ERROR):
        answer = app.test_client().post(
            "/s/ROBO/questions",
            json={},
            headers={"Sec-Fetch-Site": "same-origin", "Accept": "application/json"},
        )
    assert answer.status_code == 500
    assert answer.json == {
        "error": "broken",
        "message": "Hier ist etwas schiefgegangen. Bitte versuchen Sie es noch einmal.",
    }
    assert "Traceback" in caplog.text
    assert "Traceback" not in answer.text
