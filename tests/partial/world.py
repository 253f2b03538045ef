"""What a network handed in, at random: files, and nothing that the application made of them."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.builders import EVERY_SITE, closing, complaint, visit, waited

MONTHS = 8  # of history at most: no series is long enough to be judged
SHAPES = (
    "nothing",
    "one row",
    "first file",
    "sites",
    "sites",
    "months",
    "months",
    "stops",
    "stops",
    "parts",
    "parts",
)
SERVICES = ("cip", "actes-carriere", "passeport")
COLUMN_OF_SERVICE = {"registre": 6, "plaintes": 4}


@dataclass(frozen=True)
class File:
    """A file as it is handed in."""

    form: str
    lines: tuple[list, ...]
    covers: tuple[date, date] | None = None
    sites: tuple[str, ...] = ()


@dataclass
class World:
    """Files in the order handed in, on a day."""

    seed: int
    today: date
    files: list[File] = field(default_factory=list)


def make(seed: int, today: date) -> World:
    """The world of a seed; the same at each run of a day."""
    world = _without_services(seed, today)
    r = random.Random(f"services of {seed}")
    noted = {form: r.choice((0, 0.1, 1)) for form in COLUMN_OF_SERVICE}
    for file in world.files:
        if file.form in noted:
            for line in file.lines:
                service = r.choice(SERVICES) if r.random() < noted[file.form] else ""
                line[COLUMN_OF_SERVICE[file.form]] = service
    return world


def _without_services(seed: int, today: date) -> World:
    r = random.Random(seed)
    world, shape = World(seed, today), r.choice(SHAPES)
    if shape == "nothing":
        return world
    if shape == "one row":
        day = _weekday(r, today - timedelta(days=60), today)
        line = r.choice([visit, closing])(r.choice(EVERY_SITE), day.isoformat())
        world.files.append(File("cloture" if len(line) == 4 else "registre", (line,)))
        return world
    begun = r.sample(EVERY_SITE, 1 if shape == "first file" else r.choice([2, 3, 12, 24]))
    ago = 0 if shape == "first file" else r.randint(0, MONTHS - 1)
    starts = [_month(today, -n) for n in range(ago, -1, -1)]
    forms = {
        "registre": True,
        "plaintes": shape != "first file" and r.random() < 0.75,
        "cloture": shape != "first file" and r.random() < 0.75,
    }
    stop = {
        (form, site): r.randrange(len(starts)) if shape == "stops" and r.random() < 0.4 else 99
        for form in forms
        for site in begun
    }
    hands_in = {
        (form, site): r.random() < (1 if form == "registre" else 0.8)
        for form in forms
        for site in begun
    }
    for n, start in enumerate(starts):
        end = min(_month(start, 1) - timedelta(days=1), today)
        for form, there in forms.items():
            sites = [
                s
                for s in begun
                if there
                and hands_in[form, s]
                and n <= stop[form, s]
                and not (shape == "months" and r.random() < 0.2)
            ]
            if (
                sites and shape == "parts"
            ):  # each with days of its own: late in coming, ended early, or with a hole
                for site in sites:
                    for a, b in _parts(r, start, end):
                        world.files.append(_file(r, form, [site], a, b))
            elif sites:
                world.files.append(_file(r, form, sites, start, end))
    return world


def _parts(r: random.Random, start: date, end: date) -> list[tuple[date, date]]:
    """Of a month, the days that a register speaks of: all, from a day on, up to a day, or without some in between."""
    days = (end - start).days
    a, b = sorted(start + timedelta(days=r.randint(0, days)) for _ in range(2))
    return r.choice(
        [
            [(start, end)],
            [(a, end)],
            [(start, b)],
            [(a, b)],
            [(start, a), (b, end)] if a < b else [(start, end)],
        ]
    )


def _file(r: random.Random, form: str, sites: list[str], start: date, end: date) -> File:
    lines = [line for site in sites for line in _lines(r, form, site, start, end)]
    if not lines:  # two empty files are one and the same, whatever they cover
        lines = [_line(r, form, sites[0], start.isoformat())]
    covers = (start, end) if form == "plaintes" or r.random() < 0.7 or not lines else None
    return File(form, tuple(lines), covers, tuple(sites) if covers else ())


def _line(r: random.Random, form: str, site: str, day: str) -> list:
    if form == "plaintes":
        return complaint(f"P-{r.randrange(10**9)}", site, day, resolved=day)
    return visit(site, day) if form == "registre" else closing(site, day)


def _lines(r: random.Random, form: str, site: str, start: date, end: date) -> list[list]:
    if form == "plaintes":
        return [_complaint(r, site, start, end) for _ in range(r.choice([0, 0, 0, 1, 3]))]
    if form == "cloture":
        days = [d for d in _weekdays(start, end) if r.random() < r.choice([0.5, 1])]
        return [closing(site, d.isoformat(), declared=r.randint(0, 5)) for d in days]
    days = [_weekday(r, start, end) for _ in range(r.randint(0, 6))]
    timed = r.random() < 0.7
    return [
        waited(r.randint(0, 60), site=site, day=d.isoformat())
        if timed
        else visit(site, d.isoformat())
        for d in days
        for _ in range(r.randint(1, 4))
    ]


def _complaint(r: random.Random, site: str, start: date, end: date) -> list:
    received = start + timedelta(days=r.randrange((end - start).days + 1))
    resolved = received + timedelta(days=r.randint(0, 20))
    answered = r.random() < 0.6 and resolved <= end
    return complaint(
        f"P-{r.randrange(10**9)}",
        site,
        received.isoformat(),
        resolved=resolved.isoformat() if answered else "",
    )


def _month(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, 1)


def _weekdays(start: date, end: date) -> list[date]:
    days = (start + timedelta(days=n) for n in range((end - start).days + 1))
    return [d for d in days if d.weekday() < 5] or [start]


def _weekday(r: random.Random, start: date, end: date) -> date:
    return r.choice(_weekdays(start, end))
