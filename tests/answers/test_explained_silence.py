"""Explained silence is another thing than silence: on the map, in answers, lists, the bulletin and on « Remonter », for
everybody; and against an account of its own, day by day."""

import random
from datetime import date, timedelta
from types import SimpleNamespace

import holidays
import pytest

from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.answers import (
    bulletin,
    cards,
    completeness,
    context,
    headlines,
    map,
    missing_days,
    network,
    opening_answers,
    signals,
    site_directory,
    slides,
)
from dashboard.answers.question import Question
from dashboard.period import clip_period, now, resolve_period, today
from tests.builders import COTONOU, COVE, KANDI, NIKKI, Office, closing, closure, visit

DAY = date(2025, 11, 24)  # a Monday
ONE_DAY = timedelta(days=1)
YEAR = Question(date(2025, 1, 1), DAY)
PLAIN = str.maketrans("\xa0\u202f", "  ")
GUEST = Person("invité", Role.GUEST)
DIRECTOR = Person("directrice", Role.DIRECTOR, frozenset({"Zou", "Borgou", "Littoral"}))
MANY = {"sqlite": 24, "postgresql": 6}


@pytest.fixture
def silent(asked) -> Office:
    """Kandi is heard of on the last day; Covè, Nikki and Cotonou not for twelve days."""
    asked.hand_in("registre", visit(KANDI, DAY.isoformat()))
    asked.hand_in("registre", *[visit(site, "2025-11-12") for site in (COVE, NIKKI, COTONOU)])
    return asked


def say(office: Office, site: str, first: int, last: int, reason: str, **more) -> int:
    """A closure that a site declares for days of November; returns the batch."""
    hours = more.pop("hours", ("", ""))
    row = closure(site, f"2025-11-{first:02}", f"2025-11-{last:02}", *hours, reason)
    return office.hand_in("fermetures", row, **{"declared": True} | more).batch_id


def words(person: Person = LOCAL_READER) -> dict[str, str]:
    """What is said of each silent site."""
    found = network.silences(person).values()
    return {s.code: s.in_words.translate(PLAIN) for s in found if s.is_silent}


def explained_partly_and_not(office: Office) -> None:
    say(office, COVE, 13, 24, "réseau")
    say(office, NIKKI, 17, 18, "électricité")


@pytest.mark.parametrize("person", [LOCAL_READER, GUEST, DIRECTOR], ids=lambda p: p.role.name)
def test_whole_part_and_nothing_are_told_apart_by_everybody(silent, person):
    explained_partly_and_not(silent)
    assert words(person) == {
        COVE: "muet, pas de réseau depuis le 13",
        NIKKI: "muet depuis 12 jours, dont 2 sur 8 jours ouvrés expliqués (pas de courant)",
        COTONOU: "muet depuis 12 jours",
    }
    first, *others = opening_answers.silent_sites(context.view(person), YEAR).statements
    assert (first.names, first.words.translate(PLAIN)) == (
        (),
        "3 centres muets, dont 1 l'a expliqué",
    )
    since = "pas de registre des visites depuis le 12/11/2025 (12 jours)"
    assert [(one.names[0].text, one.words.translate(PLAIN)) for one in others[:3]] == [
        ("Nikki", f"{since}, dont 2 sur 8 jours ouvrés expliqués (pas de courant)"),
        ("Cotonou (GSRU)", since),
        ("Covè", f"{since}, pas de réseau depuis le 13"),
    ]


def test_the_map_has_a_word_a_ring_and_a_line_of_its_own_and_the_same_colours(silent):
    before = map.plot(LOCAL_READER, YEAR, "visits_per_day")
    explained_partly_and_not(silent)
    after = map.plot(LOCAL_READER, YEAR, "visits_per_day")
    marks = {m["id"]: m for m in after.marks}
    assert {c for c, m in marks.items() if m["explained"]} == {COVE}
    assert marks[COVE]["silent"].translate(PLAIN) == "muet, expliqué"
    assert marks[NIKKI]["silent"].translate(PLAIN) == "muet 12 j"
    assert marks[COVE]["tip"][-1].translate(PLAIN) == (
        "Muet, pas de réseau depuis le 13, selon le centre, au 24/11/2025"
    )
    fills = [[(m["id"], m["missing"]) for m in plot.marks] for plot in (before, after)]
    assert fills[0] == fills[1]
    rows = [
        [
            (r["long"].translate(PLAIN), r["count"], r["explained"])
            for r in plot.legend.rows
            if r.get("silent")
        ]
        for plot in (before, after)
    ]
    assert rows == [
        [("muet plus de 7 jours, au 24/11/2025", 3, False)],
        [
            ("muet plus de 7 jours, sans explication, au 24/11/2025", 2, False),
            ("muet, expliqué, au 24/11/2025", 1, True),
        ],
    ]


def test_lists_headlines_bulletin_and_slides_say_it_too(silent):
    listed = completeness.silent_sites(LOCAL_READER, YEAR, "muets")
    assert "Pourquoi" not in [c.name for c in listed.table.columns], "nothing was said yet"
    explained_partly_and_not(silent)
    listed = completeness.silent_sites(LOCAL_READER, YEAR, "muets")
    assert [(row[0].text, row[4].text.translate(PLAIN)) for row in listed.table.rows[:3]] == [
        ("CCSP de Nikki", "dont 2 sur 8 jours ouvrés expliqués (pas de courant), selon le centre"),
        ("GSRU de Cotonou", "—"),
        ("CCSP de Covè", "pas de réseau depuis le 13, selon le centre"),
    ]
    assert listed.finding.translate(PLAIN).startswith(
        "3 centres muets sur 24 au 24/11/2025, dont 1 l'a expliqué, et 20 autres"
    )
    of_sites = site_directory.of_sites(LOCAL_READER, YEAR, "centres")
    last = {row[0].text: row[-1].text.translate(PLAIN) for row in of_sites.table.rows}
    assert last["CCSP de Covè"] == "12/11/2025, muet, pas de réseau depuis le 13"
    site = Question(YEAR.first, DAY, site=COVE)
    assert (
        headlines.site(LOCAL_READER, site)
        .translate(PLAIN)
        .startswith("muet, pas de réseau depuis le 13")
    )
    of_all = headlines.site(LOCAL_READER, YEAR).translate(PLAIN)
    assert "dont 3 muets (Nikki, Cotonou (GSRU) et Covè ; dont 1 l'a expliqué)" in of_all
    period = clip_period(resolve_period("2025", DAY), DAY)
    lines = [one.text.translate(PLAIN) for one in bulletin.lines(LOCAL_READER, YEAR, period)]
    assert any(
        line.startswith("Au 24/11/2025, 3 centres muets, dont 1 l'a expliqué : CCSP de Nikki, muet")
        for line in lines
    )
    about = slides.Subject(context.view(LOCAL_READER), site, period, "t", "s")
    headline, _ = slides.KINDS["chiffres"].build(about, "")
    assert headline.translate(PLAIN).endswith("muet, pas de réseau depuis le 13")


def test_who_hands_in_is_told_what_is_known_of_the_silence(silent):
    explained_partly_and_not(silent)
    found = missing_days.standings(LOCAL_READER, YEAR, now()).sites
    said = {one.code: one.sentence.translate(PLAIN) for one in found}
    assert "Au 24/11/2025, ce centre est muet, pas de réseau depuis le 13." in said[COVE]
    assert "dont 2 sur 8 jours ouvrés expliqués" in said[NIKKI] and "muet" not in said[COTONOU]


def test_a_strike_of_the_whole_network_explains_what_was_silent_and_nothing_else(silent):
    say(silent, "", 17, 24, "grève", declared=False)
    assert set(words().values()) == {"muet depuis 12 jours, grève depuis le 17"}
    assert KANDI not in words(), "it was heard of"
    said = opening_answers.silent_sites(context.view(LOCAL_READER), YEAR).statements[0].words
    assert said.translate(PLAIN) == "3 centres muets, tous expliqués"
    tip = {m["id"]: m["tip"] for m in map.plot(LOCAL_READER, YEAR, "wait_p50").marks}[COVE]
    assert (
        tip[-1].translate(PLAIN).endswith("grève depuis le 17, fermeture confirmée, au 24/11/2025")
    )


def test_a_strike_since_the_last_day_of_the_data_is_said_with_old_data(asked):
    asked.hand_in("registre", visit(KANDI, "2025-11-03"))
    old = network.freshness(LOCAL_READER).warning.translate(PLAIN)
    assert (
        old.startswith("ni registre des visites ni fiche depuis le 03/11/2025") and "(" not in old
    )
    long = ("2025-11-04", today().isoformat(), "", "", "grève")
    asked.hand_in("fermetures", closure(KANDI, *long), declared=True)
    assert network.freshness(LOCAL_READER).warning.translate(PLAIN) == old, "one site is not all"
    asked.hand_in("fermetures", closure("", *long))
    warned = network.freshness(LOCAL_READER).warning.translate(PLAIN)
    assert warned == f"{old} (grève depuis le 4 novembre 2025)"


def test_the_cards_of_a_site_that_handed_in_nothing_say_why_it_is_silent(silent):
    november = Question(date(2025, 11, 14), DAY, site=COVE)
    nothing = "Ce centre n'a remonté ni registre des visites ni fiche sur la période."
    assert cards.site_caption(LOCAL_READER, november, "") == nothing
    say(silent, COVE, 18, 24, "travaux")
    assert cards.site_caption(LOCAL_READER, november, "").translate(PLAIN) == (
        f"{nothing} Au 24/11/2025, il est muet depuis 12 jours, travaux depuis le 18, selon le centre."
    )


def test_a_signal_of_missing_closings_says_at_its_own_date_why_the_site_is_silent(
    silent, monkeypatch
):
    monkeypatch.setattr(signals, "since_at_least", lambda one: "depuis octobre 2025")
    closings, waits = (
        SimpleNamespace(indicator=code, scope=COVE) for code in ("completeness", "wait_p50")
    )
    at = "au 24/11/2025"
    before = network.silences(LOCAL_READER)[COVE]
    assert signals._since(closings, before, at) == "octobre 2025"
    say(silent, COVE, 13, 24, "réseau")
    said = network.silences(LOCAL_READER)[COVE]
    assert signals._since(closings, said, at).translate(PLAIN) == (
        "octobre 2025 (au 24/11/2025, muet, pas de réseau depuis le 13)"
    )
    assert signals._since(waits, said, at) == "octobre 2025", "a wait is not explained by that"


def test_hours_explain_nothing_and_a_closure_of_before_or_after_neither(silent):
    say(silent, COVE, 13, 24, "électricité", hours=("08:00", "12:00"))
    say(silent, NIKKI, 3, 12, "réseau")
    assert set(words().values()) == {"muet depuis 12 jours"}
    assert not any(m["explained"] for m in map.plot(LOCAL_READER, YEAR, "wait_p50").marks)


def test_an_explanation_that_is_withdrawn_leaves_a_silence(silent):
    before = words()
    batch = say(silent, COVE, 13, 24, "réseau")
    assert words() != before
    silent.withdraw(batch)
    assert words() == before


def test_a_visit_or_a_closing_ends_a_silence_and_a_closure_does_not(silent):
    say(silent, COVE, 13, 24, "réseau")
    assert COVE in words()
    silent.hand_in("cloture", closing(COVE, "2025-11-20", 0))
    assert COVE not in words()


# --- against an account of its own --------------------------------------------------------------------------------
HOLIDAYS = set(holidays.country_holidays("BJ", years=(2025,)))


class World:
    """Registers and closures at random, and what they come to: one site and one day at a time."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.random = office, random.Random(seed)
        self.seen: dict[str, set[date]] = {KANDI: {DAY}}
        self.closed: list[
            tuple[int, str, date, date, bool]
        ] = []  # batch, site, days, for whole days

    def day(self, first: date = date(2025, 10, 13)) -> date:
        return first + timedelta(days=self.random.randint(0, (DAY - first).days))

    def hand_in(self) -> None:
        rnd = self.random
        self.office.hand_in("registre", visit(KANDI, DAY.isoformat()))
        for site in (COVE, NIKKI, COTONOU):
            for seen in {self.day() for _ in range(rnd.randint(1, 2))}:
                by = rnd.choice((visit, closing))
                self.office.hand_in("registre" if by is visit else "cloture", by(site, str(seen)))
                self.seen.setdefault(site, set()).add(seen)
        for _ in range(rnd.randint(0, 9)):
            site, whole = rnd.choice((COVE, NIKKI, COTONOU, "")), rnd.random() < 0.8
            first = self.day()
            last = min(first + timedelta(days=rnd.choice((0, 1, 4, 11, 30))), DAY)
            hours = ("", "") if whole else ("08:00", "10:00")
            reason = rnd.choice(("réseau", "grève", "électricité", ""))
            row = closure(site, str(first), str(last), *hours, reason)
            batch = self.office.hand_in("fermetures", row, declared=rnd.random() < 0.5).batch_id
            self.closed.append((batch, site, first, last, whole))
        for one in [one for one in self.closed if rnd.random() < 0.2]:
            self.office.withdraw(one[0])
            self.closed.remove(one)

    def account(self, site: str) -> tuple[int, int, int, date | None]:
        """Days of silence, working days of it, those explained, and since when all are explained."""
        last, since, working, explained = max(self.seen[site]), None, 0, 0
        day = last
        while (day := day + ONE_DAY) <= DAY:
            closed = any(
                whole and where in ("", site) and first <= day <= end
                for _, where, first, end, whole in self.closed
            )
            if day.weekday() >= 5 or day in HOLIDAYS:
                continue
            working, explained = working + 1, explained + closed
            since = (since or day) if closed else None
        return (DAY - last).days, working, explained, since


def test_explained_days_are_those_of_a_count_day_by_day(asked):
    explained = 0
    for seed in range(MANY[asked.engine.dialect.name]):
        world = World(asked, seed)
        world.hand_in()
        explained += sum(_same(world, site) for site in (COVE, NIKKI, COTONOU))
        asked.withdraw_all()
    assert explained, "none of them was explained: the account saw nothing"


def _same(world: World, site: str) -> bool:
    """Whether a site is silent and some of it is explained, which is as the account says."""
    days, working, explained, since = world.account(site)
    found = network.silences(LOCAL_READER)[site]
    assert found.days == days and found.is_silent == (days > 7), (site, world.closed)
    said = found.explanation
    if not found.is_silent or not explained:
        assert said is None and not found.is_explained
        return False
    assert said is not None and (said.working, said.days) == (working, explained)
    assert (said.since is None) == (since is None), (site, world.closed)
    if since is not None:  # declared from a Saturday on, it holds from then
        assert said.since is not None and said.since <= since
        between = {said.since + n * ONE_DAY for n in range((since - said.since).days)}
        assert all(d.weekday() >= 5 or d in HOLIDAYS for d in between)
    assert said.is_whole == (explained == working)
    assert found.is_explained == (since is not None and (said.is_whole or said.before <= 7))
    return True
