"""Random histories of what a point focal types of his days, the files that he hands in and what he takes back, against an account
of their own: visits declared, the state of each day, whether it is open; and which of it is refused."""

import random
import re
from dataclasses import dataclass, field
from datetime import date
from html import unescape

import pytest
from sqlalchemy import text

from dashboard.accounts.rights import Role
from dashboard.answers import context
from db.network_state import load_network_state
from db.shared_types import DayState
from tests.builders import closing, csv_text, visit
from tests.clock import as_of
from tests.hand_in.conftest import COVE, FOCAL, Desk, heading, words
from tests.hand_in.test_day_closings import close, withdraw
from tests.hand_in.test_rights import desk_of
from tests.hand_in.test_site_days import DAYS, NOW, promise, say, states

TODAY = date(2025, 10, 16)
ACTS = 45


@dataclass
class Said:
    """Something that was handed in or typed. kind: register, file, tap, closure or promise; days: with what is said of each."""

    number: str
    kind: str
    days: dict[date, object]
    live: bool = True


@dataclass
class Account:
    """What was said, the oldest first, and what it comes to."""

    told: list[Said] = field(default_factory=list)

    def last(self, kind: str, day: date) -> object:
        """What the last of a kind says of a day; None where none does."""
        found = [s.days[day] for s in self.told if s.live and s.kind == kind and day in s.days]
        return found[-1] if found else None

    def declared(self, day: date) -> int | None:
        """The visits declared of a day: those of files alone where there is one, agent by agent, the last of each."""
        agents: dict[str, int] = {}
        for one in self.told:
            if one.live and one.kind == "file" and day in one.days:
                agents |= one.days[day]
        if agents:
            return sum(agents.values())
        return self.last("tap", day)

    def entered(self, day: date) -> int:
        return sum(
            s.days[day] for s in self.told if s.live and s.kind == "register" and day in s.days
        )

    def is_closed(self, day: date) -> bool:
        """Whether it was said closed, and no visit of that day is in a register."""
        return bool(self.last("closure", day)) and not self.entered(day)

    def came(self, day: date) -> bool:
        return self.last("register", day) is not None

    def closings_begun(self) -> date:
        begun = [d for d in DAYS if self.last("file", d) is not None]
        begun += [d for d in DAYS if self.last("tap", d) is not None and self.came(d)]
        return min(begun, default=date.max)

    def state(self, day: date) -> DayState:
        first = min(d for d in DAYS if self.came(d) or self.last("file", d) is not None)
        declared, entered = self.declared(day), self.entered(day)
        if day < first:
            return DayState.OUT_OF_SERVICE
        if day == DAYS[-1]:
            return DayState.NOT_DUE
        if not self.came(day) and declared != 0:
            explained = self.last("closure", day) or (self.last("promise", day) or TODAY) > TODAY
            return DayState.EXPLAINED if explained else DayState.MISSING
        if not entered and not declared:
            return DayState.EMPTY
        if declared is not None and declared != entered:
            return DayState.DIFFERENT
        if declared is None and day >= self.closings_begun():
            return DayState.UNCLOSED
        return DayState.LATE


@dataclass
class History:
    """A point focal and what he does, by chance."""

    desk: Desk
    chance: random.Random
    account: Account = field(default_factory=Account)
    acts: int = 0

    def act(self) -> None:
        """One of the acts; what may not be said is refused."""
        self.acts += 1
        kinds = (self.tap, self.file, self.register, self.why, self.promise, self.take_back)
        self.chance.choices(kinds, (5, 3, 2, 2, 2, 5))[0](self.chance.choice(DAYS[1:]))

    def tap(self, day: date) -> None:
        visits, account = self.chance.randint(0, 3), self.account
        page = close(self.desk, str(visits), day, f"{self.acts}")
        of_file = any(s.live and s.kind == "file" and day in s.days for s in account.told)
        if of_file or account.is_closed(day):
            assert page.status == 409
        else:
            self.keep(page, "tap", {day: visits})

    def file(self, day: date) -> None:
        agents = {
            a: self.chance.randint(0, 2) for a in self.chance.choice(("", "A", "AB")) or ("",)
        }
        rows = [closing(COVE, str(day), n, agent) for agent, n in agents.items()]
        self.hand_in("cloture", rows, "file", {day: agents})

    def register(self, day: date) -> None:
        rows = [
            visit(COVE, str(day), ref=f"{self.acts} {n}") for n in range(self.chance.randint(1, 2))
        ]
        self.hand_in("registre", rows, "register", {day: len(rows)})

    def why(self, day: date) -> None:
        reason = self.chance.choice(("reseau", "personne"))
        page = say(self.desk, day, reason=reason, key=f"{self.acts}")
        if self.account.state(day) != DayState.MISSING or self.account.declared(day):
            assert page.status == 409
        elif reason == "personne":
            self.keep(page, "tap", {day: 0})
        else:
            self.keep(page, "closure", {day: True})

    def promise(self, day: date) -> None:
        on = date(2025, 10, self.chance.randint(17, 25))
        page = promise(self.desk, day, on=str(on), key=f"{self.acts}")
        if self.account.state(day) == DayState.MISSING:
            self.keep(page, "promise", {day: on})
        else:
            assert page.status == 409

    def take_back(self, _day: date) -> None:
        live = [s for s in self.account.told[1:] if s.live]
        if not live:
            return
        one = self.chance.choice(live)
        if one.kind in ("register", "file"):
            withdraw(self.desk, one.number)
        else:
            page = self.desk.fill(f"/remonter/recu/{one.number}/retirer", raison="annulé")
            assert "Retiré, ne compte plus" in heading(page)
        one.live = False

    def hand_in(self, form: str, rows: list, kind: str, days: dict) -> None:
        sent = self.desk.send(csv_text(form, *rows).encode(), name=f"{self.acts}.csv")
        if "Déjà remis" in heading(sent):
            return
        page = self.desk.press(sent, "confirmer")
        assert heading(page).startswith("C'est fait."), words(page)[-900:]
        self.keep(page, kind, days)

    def keep(self, page, kind: str, days: dict) -> None:
        assert page.status == 200, words(page)[-900:]
        number = re.search(r"n°\s(\d+)", unescape(page.text))[1]
        self.account.told.append(Said(number, kind, days))


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.chance)])
def test_the_days_of_a_site_are_what_an_account_of_their_own_says(closed, seed):
    with as_of(NOW):
        desk = desk_of(closed, FOCAL, Role.FOCAL_POINT, sites=[COVE])
        history = History(desk, random.Random(seed))
        history.register(DAYS[0])
        seen = set()
        for _ in range(ACTS):
            history.act()
            found, account = states(closed), history.account
            expected = {day: account.state(day) for day in DAYS}
            assert found == expected, (seed, history.acts, account.told)
            seen |= set(expected.values())
            assert declared_by_day(closed) == {
                day: n for day in DAYS if (n := account.declared(day)) is not None
            }
            assert open_on(closed) == {
                d for d in DAYS if account.state(d) != DayState.OUT_OF_SERVICE and not account.is_closed(d)
            }  # fmt: skip
    context.close_databases()
    assert len(seen) >= 6


def declared_by_day(house) -> dict[date, int]:
    """The visits declared of each day, by all rows that count."""
    with house.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT day, sum(declared) FROM daily_closing WHERE superseded_by IS NULL GROUP BY day"
            )
        )
        return {date.fromisoformat(str(day)): int(n) for day, n in rows}


def open_on(house) -> set[date]:
    """The days on which the site was to be open."""
    with house.engine.connect() as connection:
        network = load_network_state(connection)
    row = next(n for n, place in enumerate(network.places) if place.code == COVE)
    columns = network.day_columns(DAYS[0], DAYS[-1])
    return {d for d in DAYS if network.is_open[row, columns.start + (d - DAYS[0]).days]}
