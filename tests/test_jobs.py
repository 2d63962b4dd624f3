"""A child process does what takes long, within its bounds, and nothing of it is left behind."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exchange import jobs
from exchange.domain.stand_lists.task import ROWS
from exchange.jobs import JobFailed
from tests.support.workbooks import workbook

HERE = "tests.test_jobs"
LISTS = Path(__file__).parent / "data" / "stand_lists"
MB = 1024 * 1024


def count(data: bytes, *, progress: Callable[[float], None], more: int = 0) -> Any:
    """A task for these tests."""
    progress(0.5)
    print("What a library prints is no result.")  # noqa: T201
    return {"bytes": len(data) + more, "secret": os.environ.get("EXCHANGE_SECRET_KEY")}


def hoard(_data: bytes, *, progress: Callable[[float], None]) -> None:
    progress(0.1)
    kept = [bytearray(10 * MB) for _ in range(1000)]
    progress(len(kept))


def sleep(_data: bytes, *, progress: Callable[[float], None]) -> None:
    progress(0.0)
    time.sleep(600)


def stumble(_data: bytes, *, progress: Callable[[float], None]) -> None:
    raise RuntimeError("within")


def stop(_data: bytes, *, progress: Callable[[float], None]) -> None:
    os.abort()


def test_a_task_has_its_data_and_options_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXCHANGE_SECRET_KEY", "secret")
    told: list[float] = []
    found = jobs.run(f"{HERE}:count", b"x" * MB, progress=told.append, more=2)
    assert found == {"bytes": MB + 2, "secret": None}
    assert told == [0.5]


@pytest.mark.parametrize(
    ("task", "reason"), [("hoard", "memory"), ("stop", "memory"), ("stumble", "broken")]
)
def test_a_child_that_fails_says_why(task: str, reason: str) -> None:
    with pytest.raises(JobFailed) as failed:
        jobs.run(f"{HERE}:{task}", b"")
    assert failed.value.reason == reason


def test_where_a_child_broke_is_in_the_log_and_not_what_it_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(JobFailed):
        jobs.run(f"{HERE}:stumble", b"")
    assert "RuntimeError at test_jobs.py:" in caplog.text
    assert "within" not in caplog.text


def test_a_child_that_does_not_end_is_ended() -> None:
    with pytest.raises(JobFailed) as failed:
        jobs.run(f"{HERE}:sleep", b"", within_s=2)
    assert failed.value.reason == "time"


def test_others_run_while_a_child_works() -> None:
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        time.sleep(seconds)

    jobs.run(f"{HERE}:count", b"", pause=pause)
    assert pauses


# Reading lists


COMPARE = "exchange.domain.stand_lists.task:compare"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where nothing stands yet."""
    (tmp_path / "standing").touch()
    return tmp_path


def rows_in(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / ROWS).read_text().splitlines()]


def test_a_list_is_read_in_a_child(folder: Path) -> None:
    found = jobs.run(COMPARE, (LISTS / "stands-office.xlsx").read_bytes(), folder=str(folder))
    assert (found["sheets"], found["sheet"]) == (["Stände", "Hinweise"], "Stände")
    assert len(rows_in(folder)) == 12
    assert found["hidden"] == [7]
    assert found["columns"]["Pitch-Zeit"] == "pitch"


def test_a_list_that_names_a_cell_far_out_ends_the_child_alone(folder: Path) -> None:
    """An XLSX of a kilobyte whose one cell stands at XFD1048576."""
    with pytest.raises(JobFailed) as failed:
        jobs.run(
            COMPARE,
            workbook(
                '<row r="1"><c r="A1"><v>1</v></c></row>'
                '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
            ),
            folder=str(folder),
        )
    assert failed.value.reason == "memory"


def test_five_thousand_rows_are_compared_within_the_memory_of_a_child(folder: Path) -> None:
    head = (LISTS / "stands.csv").read_text().splitlines()
    rows = [
        f"{number};Projekt {number};{line.split(';', 2)[2]}"
        for number, line in enumerate((head[1:4] * 1700)[:5000], 1)
    ]
    jobs.run(COMPARE, "\n".join([head[0], *rows]).encode(), folder=str(folder))
    found = rows_in(folder)
    assert len(found) == 5000
    assert not any(row["problems"] for row in found)
