"""A long bad day at a fair: how many faults it survives with nothing lost and nothing doubled.

    .venv/bin/python -m bench.chaos --minutes 5 [--seed 1]

Everything is on this machine: a server of its own with the demo fair in a temporary folder, the
fault proxy before it, and 200 phones that are programs (simulation/chaos.py). It ends by itself,
with exit code 1 if anything was lost, doubled or wrong. The same seed plays the same faults.
"""

import argparse
import random
import sys
import tempfile
from pathlib import Path

from simulation.chaos import Day, long
from simulation.demo import load
from simulation.venue import Venue


def main() -> int:
    """Play, print what came of it."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--minutes", type=float, default=5)
    arguments.add_argument("--seed", type=int, default=None)
    told = arguments.parse_args()
    seed = random.randrange(1_000_000) if told.seed is None else told.seed
    print(f"Seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder) / "instance"
        fair = load(instance)
        venue = Venue.open(instance, seed=seed, fair=fair)
        try:
            report = Day(
                venue, long(told.minutes), seed, say=lambda line: print(line, flush=True)
            ).run()
        finally:
            venue.close()
        if "Traceback" in venue.output:
            report.wrong.append("The server's log has a traceback.")
            print(venue.output)
    survived = sum(report.faults.values())
    print(report)
    print(f"Survived {survived} faults." if report.sound else "Not survived.")
    return 0 if report.sound else 1


if __name__ == "__main__":
    sys.exit(main())
