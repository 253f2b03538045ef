"""« Clore la journée » by tap: a file of closings counts in its place, a second tap replaces the first, each is taken back; and
what it does to the days of the site and to figures."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from html import unescape

from sqlalchemy import text

from dashboard.accounts.rights import Role
from dashboard.answers import context
from db.shared_types import DayState
from tests.builders import Office, closing, csv_text, launch_site, visit
from tests.clock import as_of
from tests.hand_in.conftest import COVE, FOCAL, Desk, heading, words
from tests.hand_in.test_rights import KANDI, desk_of
from tests.hand_in.test_site_days import (  # noqa: F401 (a fixture)
    DAYS,
    MISSING,
    NOW,
    counter,
    database_url,
    numbers,
    say,
    states,
)

CLOTURE = "/remonter/cloture"
DAY = MISSING[0]


def close(desk: Desk, visits: str, day: date | str = DAY, key: str = "k", **fields: str):
    return desk.fill(
        CLOTURE, **{"centre": COVE, "jour": str(day), "visites": visits, "cle": key, **fields}
    )


def take_back(desk: Desk, page) -> None:
    """Press « Annuler » of a receipt."""
    action = re.search(r'action="(/remonter/recu/\d+/retirer)"', page.text)[1]
    reason = re.search(r'name="raison" value="([^"]+)"', page.text)[1]
    assert "Retiré, ne compte plus" in heading(desk.fill(action, raison=unescape(reason)))


def file_of(desk: Desk, form: str, *rows: list) -> str:
    """Hand a file in; returns the number of its receipt."""
    page = desk.press(desk.send(csv_text(form, *rows).encode()), "confirmer")
    assert heading(page).startswith("C'est fait."), heading(page)
    return re.search(r"n°\s(\d+)", unescape(page.text))[1]


def withdraw(desk: Desk, number: str) -> None:
    """Take a file out."""
    address = f"/remonter/recu/{number}"
    effect = unescape(
        re.search(r'name="effet" value="([^"]*)"', desk.page(f"{address}/retirer").text)[1]
    )
    page = desk.fill(f"{address}/retirer", raison="essai", effet=effect)
    assert "a été retiré" in heading(page), words(page)[-900:]


def declared(house, day: date = DAY) -> int | None:
    """The visits declared of a day of Covè, by all rows that count."""
    with house.engine.connect() as connection:
        return connection.execute(
            text(
                "SELECT sum(c.declared) FROM daily_closing c JOIN site s ON s.id = c.site_id"
                " WHERE s.code = :code AND c.day = :day AND c.superseded_by IS NULL"
            ),
            {"code": COVE, "day": day},
        ).scalar()


def test_a_tap_closes_the_day_of_which_the_register_is_there(counter, closed):  # noqa: F811
    file_of(counter, "registre", visit(COVE, f"{DAY:%d/%m/%Y}", ref="7"))
    before = numbers(closed, "completeness")
    assert states(closed)[DAY] == DayState.UNCLOSED
    page = close(counter, "1")
    assert heading(page) == "C'est noté. CCSP de Covè : journée du 7 octobre 2025 close, 1 visite"
    assert states(closed)[DAY] == DayState.LATE, "its register came on the 16th"
    assert numbers(closed, "completeness") == (before[0] + 1, before[1])
    take_back(counter, page)
    assert states(closed)[DAY] == DayState.UNCLOSED and declared(closed) is None
    assert numbers(closed, "completeness") == before
    page = close(counter, "3", key="other")
    assert "Le registre de ce jour a 1 visite" in words(page)
    assert states(closed)[DAY] == DayState.DIFFERENT


def test_without_its_register_a_day_stays_missing_whatever_number_is_said(counter, closed):  # noqa: F811
    before, as_it_was = numbers(closed, "completeness"), states(closed)
    page = close(counter, "12")
    assert "Le registre de ce jour reste à remettre" in words(page)
    assert declared(closed) == 12 and states(closed) == as_it_was
    assert numbers(closed, "completeness") == before, "nobody reaches 100 % by taps"
    for reason in ("reseau", "personne"):
        refused = say(counter, DAY, reason=reason)
        assert refused.status == 409 and "La clôture du 07/10/2025 dit 12 visites" in words(refused)
    page = close(counter, "0", MISSING[1])
    assert heading(page).endswith("journée du 8 octobre 2025 close, personne n'est venu")
    assert states(closed)[MISSING[1]] == DayState.EMPTY
    assert numbers(closed, "completeness") == before


def test_a_file_replaces_the_tap_and_the_tap_comes_back_when_it_goes(counter, closed):  # noqa: F811
    page = close(counter, "12")
    agents = [closing(COVE, str(DAY), n, agent) for n, agent in ((3, "A"), (4, "B"))]
    number = file_of(counter, "cloture", *agents)
    assert declared(closed) == 7, "never added"
    refused = close(counter, "15", key="later")
    assert refused.status == 409 and 'value="15"' in refused.text, "what was typed is not lost"
    assert "dit déjà 7 visites le 7 octobre 2025" in words(refused)
    withdraw(counter, number)
    assert declared(closed) == 12
    take_back(counter, page)
    assert declared(closed) is None


def test_a_file_dated_before_the_tap_replaces_it_too(counter, closed):  # noqa: F811
    close(counter, "12")
    with as_of("2025-10-15T09:00"):  # a clock that is behind: sessions of later are none of its own
        behind = desk_of(closed, "pf.autre", Role.FOCAL_POINT, sites=[COVE])
        file_of(behind, "cloture", closing(COVE, str(DAY), 4, "A"))
    assert declared(closed) == 4


def test_a_second_tap_replaces_the_first_says_both_numbers_and_gives_it_back(counter, closed):  # noqa: F811
    first = close(counter, "12")
    again = close(counter, "12")
    assert heading(again) == heading(first), "the same form sent twice"
    second = close(counter, "15")  # the form of before, corrected and sent once more
    assert heading(second).endswith("close, 15 visites (12 avant)")
    assert declared(closed) == 15
    take_back(counter, second)
    assert declared(closed) == 12
    take_back(counter, first)
    assert declared(closed) is None


def test_what_no_day_can_be_is_refused_in_a_sentence_and_what_was_typed_stays(counter, closed):  # noqa: F811
    for visits, said in (
        ("", "0 si personne n'est venu"),
        ("-1", "sans signe"),
        ("1000000000", "trop grand"),
        ("5001", "trop grand"),
        ("douze", "nombre entier"),
        ("١٢", "nombre entier"),
        ("1,5", "nombre entier"),
        ('"><i>', "nombre entier"),
    ):
        page = close(counter, visits)
        assert page.status == 409 and said in words(page), visits
        assert f'name="visites" value="{visits}"' in unescape(page.text)
        assert '"><i>' not in page.text
    for day, said in (
        ("", "Choisir un jour"),
        ("2025-10-17", "dans l'avenir"),
        ("1999-12-31", "trop ancienne"),
        ("2022-01-03", "ouvert depuis le 1er octobre 2025"),
        ("hier", "JJ/MM/AAAA"),
        ("٢٠٢٥-١٠-٠٧", "JJ/MM/AAAA"),
        ("2025-02-30", "n'existe pas"),
    ):
        page = close(counter, "12", day)
        assert page.status == 409 and said in words(page), day
        assert 'value="12"' in page.text
    assert declared(closed) is None
    said = say(counter, DAY)
    assert "annuler d'abord ce qui en est dit" in words(close(counter, "12"))
    take_back(counter, said)
    assert close(counter, "12").status == 200


def test_only_who_answers_for_the_site_closes_its_day(counter, closed):  # noqa: F811
    assert close(counter, "12", jeton="0" * 64).status == 403
    assert close(counter, "12", centre=KANDI).status == 403
    other = desk_of(closed, "pf.kandi", Role.FOCAL_POINT, sites=[KANDI])
    assert close(other, "12").status == 403 and other.page(f"{CLOTURE}?centre={COVE}").status == 403
    cabinet = desk_of(closed, "cab", Role.CABINET)
    assert cabinet.page(CLOTURE).status == 404
    assert declared(closed) is None
    boss = desk_of(closed, "dir.zou", Role.DIRECTOR, departments=["Zou"])
    page = boss.page(CLOTURE)
    assert "De quel centre" in heading(page) and KANDI not in page.text and COVE in page.text
    token = boss.token(boss.page(f"{CLOTURE}?centre={COVE}"))
    assert heading(close(boss, "12", jeton=token)).startswith("C'est noté.")
    assert declared(closed) == 12


def test_the_page_offers_today_only_where_it_is_open(counter, closed):  # noqa: F811
    def offered(moment: str) -> str:
        with as_of(moment):
            name = f"pf.{datetime.fromisoformat(moment):%d}"
            page = desk_of(closed, name, Role.FOCAL_POINT, sites=[COVE]).page(CLOTURE)
        return re.search(r'type="date" name="jour" value="([^"]*)"', page.text)[1]

    assert offered(NOW) == "2025-10-16"
    assert offered("2025-10-18T09:00") == "2025-10-17", "on a Saturday, the Friday before"


def test_a_tap_begins_nothing_and_moves_nobody_s_date(counter, closed):  # noqa: F811
    """Neither the date of the data nor what is due of a site that never handed a closing in."""
    manager = desk_of(closed, "des.donnees", Role.DATA_MANAGER)
    page = close(manager, "9", "2025-10-16", centre=KANDI)
    assert heading(page).startswith("C'est noté. CCSP de Kandi : journée du 16 octobre 2025 close")
    network = context.latest_snapshot().network
    row = network.row[next(p.id for p in network.places if p.code == KANDI)]
    assert str(network.as_of) == "2025-10-15"
    assert not network.hands_in_closings[row] and not network.has_closing[row].any()
    assert network.declared_visits[row].sum() == 9


def test_thirty_close_their_day_in_the_same_minute_and_each_keeps_his_own(closed):
    with as_of(NOW):
        with closed.engine.connect() as connection:
            query = "SELECT code FROM site WHERE launched_on IS NOT NULL ORDER BY code"
            sites = list(connection.exec_driver_sql(query).scalars())
        days = ("2025-10-14", "2025-10-15")
        wanted = {
            (site, day): 10 * n + m
            for n, site in enumerate(sites[:15])
            for m, day in enumerate(days)
        }
        desks = {
            site: desk_of(closed, f"pf{n}", Role.FOCAL_POINT, sites=[site])
            for n, site in enumerate(sites[:15])
        }
        tokens = {site: desk.token(desk.page()) for site, desk in desks.items()}

        def work(one) -> str:
            (site, day), visits = one
            form = {"centre": site, "jeton": tokens[site]}
            return heading(close(desks[site], str(visits), day, f"{site}{day}", **form))

        with ThreadPoolExecutor(30) as threads:
            said = list(threads.map(work, wanted.items()))
        for (_, day), visits, words_ in zip(wanted, wanted.values(), said, strict=True):
            when = f"{datetime.fromisoformat(day).day} octobre 2025"
            many = re.sub(
                "^0 visite$", "personne n'est venu", f"{visits} visite{'s' * (visits > 1)}"
            )
            assert words_.endswith(f"journée du {when} close, {many}"), words_
        with closed.engine.connect() as connection:
            kept = connection.exec_driver_sql(
                "SELECT s.code, c.day, c.declared FROM daily_closing c JOIN site s ON s.id = c.site_id"
                " WHERE c.superseded_by IS NULL"
            )
            assert {(code, str(day)): n for code, day, n in kept} == wanted
    context.close_databases()


def test_a_file_that_came_since_the_page_was_read_counts_and_the_tap_is_refused(
    counter,  # noqa: F811
    closed,
    tmp_path,
):
    context.publish(context.latest_snapshot())  # what readers are shown, for some seconds more
    try:
        counter.page(f"{CLOTURE}?centre={COVE}&jour={DAY}")
        Office(closed.engine, tmp_path).hand_in("cloture", closing(COVE, str(DAY), 4, "A"))
        page = close(counter, "12")
    finally:
        context.publish(None)
    assert page.status == 409 and "c'est lui qui compte" in words(page)
    assert 'name="visites" value="12"' in page.text
    assert declared(closed) == 4
    receipts = (
        "SELECT count(*) FROM receipt r JOIN import_batch b ON b.id = r.batch_id WHERE b.declared"
    )
    with closed.engine.connect() as connection:
        assert connection.execute(text(receipts)).scalar() == 0


def test_what_was_said_closed_and_then_handed_in_is_to_close_and_shuts_nobody_out(closed):
    """Handed in with its sheet, then said closed, then a register of that day and the next ones: it is a day like these."""
    with closed.engine.begin() as connection:
        launch_site(connection, COVE, DAYS[0])
    with as_of(NOW):
        desk = desk_of(closed, FOCAL, Role.FOCAL_POINT, sites=[COVE])
        first, said, *others = DAYS[:-1]
        file_of(desk, "registre", visit(COVE, str(first), ref="1"))
        file_of(desk, "cloture", closing(COVE, str(first), 1))
        assert say(desk, said).status == 200
        file_of(desk, "registre", *(visit(COVE, str(d), ref=f"2 {d}") for d in (said, *others)))
        manager = desk_of(closed, "données", Role.DATA_MANAGER)
        many = len(others) + 1
        for one in (desk, manager):
            page = one.page("/remonter")
            assert page.status == 200
            assert f"Il reste {many} jours à clore" in words(page)
        page = close(desk, "1", said)
        assert page.status == 200, words(page)
        assert f"Il reste {many - 1} jours à clore" in words(desk.page())
        assert states(closed)[said] == DayState.LATE
    context.close_databases()
