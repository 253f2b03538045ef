"""Monthly series of each site from the invented files as they are written, without anything of the dashboard."""

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd

from dashboard.settings import ROOT
from db.demo import DemoFile, DemoSite, files
from db.ledger import computed_holidays
from tests.indicators.independent import encoding_of

TODAY = date(2026, 11, 24)
WITHIN = 30  # minutes
LONGEST = 240  # « 240 minutes and more »


def reference(name: str) -> list[dict[str, str]]:
    """The rows of a file of reference data."""
    with (ROOT / "data" / "reference" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sites() -> list[DemoSite]:
    """The real places, by name."""
    return [
        DemoSite(
            row["code"],
            row["kind"],
            date.fromisoformat(row["launched_on"]) if row["launched_on"] else None,
            row["department"],
        )
        for row in sorted(reference("sites.csv"), key=lambda row: row["name"])
    ]


def services() -> dict[str, str]:
    """Labels by code."""
    return {r["code"]: r["label"] for r in sorted(reference("services.csv"), key=lambda r: r["label"])}
