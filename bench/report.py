"""The figures as a table for people and as JSON for comparison."""

import os
import platform
import sqlite3
from pathlib import Path
from typing import Any

from bench.load import Result
from bench.plans import NAMES
from portal import clock

HEAD = (
    "| operation | cases | portal /s | p50 | p95 | p99 ms | CPU ms | floor /s | p95 ms | CPU ms | ratio /s | ratio CPU | errors |",
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
)


def machine() -> str:
    """Date and machine in one line."""
    cpus = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.split(":")[1].strip() for line in cpus if line.startswith("model name")), "?")
    return (
        f"{clock.now():%Y-%m-%d %H:%M} UTC, {len(os.sched_getaffinity(0))} cores ({model}), Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, load before {os.getloadavg()[0]:.1f}"
    )


def line(name: str, cases: int, told: dict[str, Result]) -> str:
    """One operation at one size as a row of the table."""
    portal, floor = told["portal"], told["floor"]
    return (
        f"| {NAMES[name]} | {cases:,} | {portal.per_second:.0f} | {portal.p50:.1f} | {portal.p95:.1f} | {portal.p99:.1f} | "
        f"{portal.cpu:.1f} | {floor.per_second:.0f} | {floor.p95:.1f} | {floor.cpu:.1f} | {portal.per_second / floor.per_second:.2f} | "
        f"{floor.cpu / portal.cpu:.2f} | {len(portal.errors)} |"
    )


def pages(told: dict[str, tuple[float, float, float, int]]) -> list[str]:
    """The table of single pages."""
    rows = [
        f"| {name} | {p50:.1f} | {p95:.1f} | {cpu:.1f} | {size / 1000:.1f} |"
        for name, (p50, p95, cpu, size) in told.items()
    ]
    return ["| page, alone | p50 ms | p95 ms | CPU ms | kB |", "|---|--:|--:|--:|--:|", *rows]


def streams(told: dict[str, Any]) -> list[str]:
    """The table of clerks without and beside screens."""
    rows = []
    for name, hall in told.items():
        delay = sorted(hall.delays)
        reached = f"{delay[len(delay) // 2] * 1000:.0f} / {delay[int(len(delay) * 0.95)] * 1000:.0f}" if delay else "–"
        page = hall.pages
        rows.append(
            f"| {name} | {len(page.latencies) / page.seconds:.0f} | {page.percentile(0.5):.0f} | {page.percentile(0.95):.0f} | "
            f"{page.percentile(0.99):.0f} | {reached} | {len(page.errors) + len(hall.boards.errors) + hall.refused} |"
        )
    return [
        "| 60 clerks | pages /s | p50 | p95 | p99 ms | call to screen p50 / p95 ms | errors |",
        "|---|--:|--:|--:|--:|--:|--:|",
        *rows,
    ]


def wall(told: dict[str, Any], bound: float) -> list[str]:
    """The table of pages without and beside a hall full of screens, and whether they kept within ``bound``."""
    rows = []
    for name, hall in told.items():
        delay, page = sorted(hall.delays), hall.pages
        reached = (
            [f"{delay[min(len(delay) - 1, int(len(delay) * part))] * 1000:.0f}" for part in (0.5, 0.95, 1)]
            if delay
            else ["–"] * 3
        )
        errors = len(page.errors) + len(hall.boards.errors) + hall.refused
        rows.append(
            f"| {name} | {len(page.latencies) / page.seconds:.0f} | {page.percentile(0.5):.1f} | {page.percentile(0.95):.1f} | "
            f"{hall.calls} | {' | '.join(reached)} | {hall.lost} | {errors} |"
        )
    (without, beside) = (hall.pages for hall in told.values())
    ratio = {part: beside.percentile(part) / max(without.percentile(part), 0.001) for part in (0.5, 0.95)}
    kept = all(each <= bound for each in ratio.values())
    return [
        "| 20 readers, 20 calls a minute | pages /s | p50 | p95 ms | calls | press to board p50 | p95 | most ms | boards lost | errors |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
        *rows,
        "",
        f"Pages beside the screens take {ratio[0.5]:.2f} (p50) and {ratio[0.95]:.2f} (p95) of their time without: "
        f"{'within' if kept else 'NOT within'} the bound of {bound:.2f}.",
    ]
