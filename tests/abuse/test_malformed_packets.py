"""Ten thousand packets that no browser sends, beside an honest hall."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simulation.hall import ratio
from simulation.servers import ROOT
from simulation.waiting import played
from tests.support.fair import new_key
from tests.support.loopback import send
from tests.support.target import LEAST_MS, TIMES, Target

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(600)]

WARM_UP, PACKETS = 1_000, 10_000
STAND = 12
BESIDE_S = 30.0
"""Sending them all takes longer."""
GROWN = 1.1
"""What the process may hold afterwards, of what it held once it was warm."""

WITHOUT_A_CHANGE = """
    SELECT count(*) FROM questions
    WHERE origin <> 'prepared'
    AND id NOT IN (SELECT subject_id FROM changes WHERE subject = 'question' AND verb = 'ask')
"""


def test_malformed_packets_are_no_fault_and_leave_nothing(
    target: Target, pytestconfig: pytest.Config
) -> None:
    seed = pytestconfig.getoption("--seed") or 1126
    stand = target.stand(STAND)
    _sent(_thrown(target, stand, WARM_UP, seed))
    alone = played(target.asked(2))
    memory = _memory_kb(target)
    thrown = _thrown(target, stand, PACKETS, seed + 1)
    beside = played(target.asked(1, BESIDE_S))
    _sent(thrown)
    assert (beside.lost, beside.refused) == (0, []), beside
    assert ratio(alone, beside, LEAST_MS) <= TIMES, (str(alone), str(beside))
    assert _memory_kb(target) <= memory * GROWN, (memory, _memory_kb(target))
    # What was bent and is still a question is stored whole.
    assert target.count(WITHOUT_A_CHANGE) == 0
    assert "Traceback" not in target.running.output, target.running.output[-4000:]
    status, _, _ = send(
        f"{target.running.url}/s/{stand}/questions", {"key": new_key(), "text": "Und jetzt?"}
    )
    assert status == 201


def _thrown(target: Target, stand: str, count: int, seed: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "simulation.malformed", str(target.port), str(count)]
    return subprocess.Popen(
        [*command, str(seed), stand], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def _sent(process: "subprocess.Popen[str]") -> None:
    """Wait until all packets were sent; none may have been a fault."""
    with process:
        printed, _ = process.communicate()
    told: dict[str, Any] = json.loads(printed)
    assert told["whole"], told
    assert not told["faults"], "\n".join(told["faults"])


def _memory_kb(target: Target) -> int:
    status = Path(f"/proc/{target.running.process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found
    return int(found[1])
