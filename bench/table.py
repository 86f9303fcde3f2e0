"""Rows of a benchmark: a command, its samples, and how they are printed. It does not know how to measure."""

import statistics
from dataclasses import dataclass, field
from typing import Callable, Optional


@dataclass
class Row:
    """One command that is measured in every round; `prepare` comes before, not measured."""

    label: str
    argv: list
    prepare: Callable = lambda: None
    times: int = 1
    beside: Optional[tuple] = None  # ("ratio" or "more", the row to compare with)
    place: dict = field(default_factory=dict)
    samples: list = field(default_factory=list)

    @property
    def median(self):
        return statistics.median(self.samples)

    def ratio(self):
        return self.median / self.beside[1].median

    def more(self):
        return self.median - self.beside[1].median


@dataclass
class Group:
    title: str
    rows: list


def print_table(groups):
    print(f"\n{'':34}{'median':>8}{'min':>9}{'max':>9}{'n':>5}   ms")
    for group in groups:
        print(group.title)
        for row in group.rows:
            print(f"  {row.label:32}{row.median:8.1f}{min(row.samples):9.1f}{max(row.samples):9.1f}"
                  f"{len(row.samples):5}   {comparison(row)}".rstrip())


def comparison(row):
    if not row.beside:
        return ""
    kind, other = row.beside
    if kind == "ratio":
        return f"{row.ratio():.2f} x {other.label}"
    return f"{row.more():+.0f} ms beside {other.label}"


def verdict(ok, text):
    print(f"{'OK' if ok else 'MISSED':6}  {text}")
