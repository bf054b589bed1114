"""`make bench`: the portal beside the floor, single pages, streams and walls. Results in build/bench/results.{md,json}."""

import argparse
import dataclasses
import json
from functools import partial
from pathlib import Path
from typing import Any

from bench import report, seed, streams, wall
from bench.load import Sides
from bench.plans import NAMES

CALLS_AT_MOST = 4.0  # seconds: the queue of the bench is long but not endless
say = partial(print, flush=True)


def main() -> None:
    """Measure what the arguments ask for."""
    asked = _arguments()
    lines, told = [report.machine(), ""], {}
    say(lines[0])
    for cases in asked.cases:
        told[str(cases)] = _at(cases, asked, lines)
    seed.KEPT.mkdir(parents=True, exist_ok=True)
    text = "\n".join(lines) + "\n"
    (seed.KEPT / "results.md").write_text(text, encoding="utf-8")
    plain = json.dumps({"machine": lines[0], "cases": told}, default=dataclasses.asdict, ensure_ascii=False, indent=1)
    (seed.KEPT / "results.json").write_text(plain, encoding="utf-8")
    say("\n" + text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--cases", type=int, nargs="+", default=[10_000, 100_000], help="sizes of the data")
    parser.add_argument("--seconds", type=float, default=8, help="for each operation and side")
    parser.add_argument("--quick", action="store_true", help="2,000 cases and two seconds: does it run at all")
    parser.add_argument("--only", nargs="+", default=[*NAMES, "pages", "streams"], help="operations, pages, streams")
    asked = parser.parse_args()
    if asked.quick:
        asked.cases, asked.seconds = [2_000], 2
    return asked


def _at(cases: int, asked: argparse.Namespace, lines: list[str]) -> dict[str, Any]:
    say(f"{cases:,} cases: preparing")
    told: dict[str, Any] = {}
    lines += report.HEAD
    with Sides(cases, seed.KEPT / "running", say) as sides:
        for name in (name for name in NAMES if name in asked.only):
            told[name] = sides.compare(name, min(asked.seconds, CALLS_AT_MOST) if name == "call" else asked.seconds)
            lines.append(report.line(name, cases, told[name]))
            say(lines[-1])
            for side, result in told[name].items():
                for error in sorted(set(result.errors))[:3]:
                    say(f"    {side}: {error}")
        if "pages" in asked.only:
            told["pages"] = sides.pages(rounds=40)
            lines += ["", *report.pages(told["pages"])]
            say("\n".join(report.pages(told["pages"])))
        if "streams" in asked.only:
            halls = _streams(sides, max(10.0, asked.seconds * 2))
            told["streams"] = halls
            lines += ["", *report.streams(halls)]
            say("\n".join(report.streams(halls)))
            told["wall"] = _wall(sides, max(8.0, asked.seconds * 4))
            lines += ["", *report.wall(told["wall"], wall.BOUND)]
            say("\n".join(report.wall(told["wall"], wall.BOUND)))
        for name, server in sides.servers.items():
            for complaint in server.complaints[:3]:
                say(f"    {name}'s log: {complaint}")
    lines.append("")
    return told


def _streams(sides: Sides, seconds: float) -> dict[str, streams.Hall]:
    clerks = [sides.sign_in(number) for number in range(1, streams.CLERKS + 1)]
    database: Path = sides.homes["portal"] / "portal.sqlite3"
    halls = {}
    for name, screens in (("without screens", 0), (f"beside {streams.SCREENS} screens", streams.SCREENS)):
        halls[name] = sides.apart(
            streams.run, sides.servers["portal"].port, clerks, sides.numbers, database, seconds, screens
        )
    return halls


def _wall(sides: Sides, seconds: float) -> dict[str, wall.Hall]:
    clerks = [sides.sign_in(number) for number in range(1, wall.READERS + 2)]
    database: Path = sides.homes["portal"] / "portal.sqlite3"
    names = {"without screens": 0, f"beside {wall.SCREENS} screens": wall.SCREENS}
    halls = {name: wall.Hall() for name in names}
    for name in (*names, *reversed(names)):
        part = sides.apart(
            wall.run, sides.servers["portal"].port, clerks, sides.numbers, database, seconds, names[name]
        )
        halls[name] = halls[name].and_(part)
    return halls


if __name__ == "__main__":
    main()
