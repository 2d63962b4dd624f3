"""What attacks by one anonymous phone cost an honest hall: each beside it, on the shipped server.

    .venv/bin/python -m bench.abuse                     (about five minutes a mode)
    .venv/bin/python -m bench.abuse --before FOLDER     another checkout, set up
    .venv/bin/python -m bench.abuse --mode gevent --only watch_flood

Prints attack, p50 and p95 of the hall without it and with it. Loopback only; ends by itself.
"""

import argparse
import asyncio
from pathlib import Path

from bench import grounds
from simulation.attacks import ATTACKS
from simulation.hall import Hall, Times, attack

SECONDS = 12.0


async def _compare(ground: grounds.Ground, name: str) -> tuple[Times, Times]:
    stand = ground.stands[0]
    hall = Hall(
        ground.port, ground.event, stand, ground.desk_secrets[stand], ground.moderator_secret
    )
    try:
        await hall.open()
        alone = await hall.ask_for(SECONDS)
        with attack(name, ground.port, stand, "1", seconds=SECONDS * 4):
            await asyncio.sleep(1)
            attacked = await hall.ask_for(SECONDS)
    finally:
        hall.close()
    return alone, attacked


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mode", default="eventlet")
    parser.add_argument("--only", choices=ATTACKS, action="append")
    parser.add_argument("--before", type=Path, help="another checkout of ours, set up")
    options = parser.parse_args()
    root = options.before.resolve() if options.before else grounds.ROOT
    print("| attack | hall alone, p50 / p95 ms | beside it, p50 / p95 ms | lost | refused |")
    print("|---|---|---|---|---|")
    for name in options.only or ATTACKS:
        # A server for each: what one attack leaves behind does not count against the next.
        with grounds.exchange(options.mode, root) as ground:
            alone, attacked = asyncio.run(_compare(ground, name))
        print(
            f"| {name.replace('_', ' ')} | {alone.at(50):.0f} / {alone.at(95):.0f} "
            f"| {attacked.at(50):.0f} / {attacked.at(95):.0f} "
            f"| {attacked.lost} | {len(attacked.refused)} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
