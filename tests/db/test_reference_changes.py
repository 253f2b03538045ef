"""Sites open, close, open again, move and have hours; holidays move: what that does to open days, and that it is undone."""

from datetime import date

import pytest
from sqlalchemy import select

from dashboard import french
from db import list_changes, read, reference_changes, site_changes
from db.codes import ALL
from db.models import Base, Journal
from db.network_state import load_network_state
from db.reference_effects import Watch
from db.site_changes import NewSite
from db.write import Refused
from tests.builders import COVE, KANDI, NIKKI, closing, closure, complaint, visit

TABLES = (
    "site", "site_period", "site_location", "site_hours", "holiday", "department_director",
    "service", "term", "file_spelling",
)  # fmt: skip
KNOWN_DAYS = date(2025, 3, 3), date(2025, 11, 14)
COVE_KNOWN = [visit(COVE, "03/03/2025", ref="1"), visit(COVE, "14/11/2025", ref="2")]


def keep(office, make, why="arrêté du ministre"):
    return reference_changes.keep(office.engine, make, "test", why)


def reference(office):
    """All rows of the reference."""
    with office.engine.connect() as connection:
        return {
            name: sorted(
                map(tuple, connection.execute(select(Base.metadata.tables[name]))), key=repr
            )
            for name in TABLES
        }


def state(office):
    with office.engine.connect() as connection:
        return load_network_state(connection)


def figure(office, code, first, last):
    return office.figure(code, COVE, by="site", first=first, last=last)


def is_open(network, code, day) -> bool:
    row = next(i for i, p in enumerate(network.places) if p.code == code)
    return bool(network.is_open[row, network.day_columns(day, day)][0])


def effect(office, make) -> list[str]:
    watch = Watch()
    reference_changes.look(office.engine, make, watch)
    return watch.sentences


def last_line(office) -> int:
    return office.rows("SELECT max(id) FROM journal")[0][0]


def test_a_site_that_closes_owes_no_day_and_one_that_reopens_owes_them_again(office):
    office.hand_in("registre", *COVE_KNOWN, covers=KNOWN_DAYS)
    keep(office, site_changes.close_site(COVE, date(2025, 6, 2)))
    keep(office, site_changes.reopen_site(COVE, date(2025, 9, 1)))
    network = state(office)
    days = [date(2025, 5, 30), date(2025, 6, 2), date(2025, 8, 29), date(2025, 9, 1)]
    assert [is_open(network, COVE, day) for day in days] == [True, False, False, True]
    expected = lambda first, last: figure(office, "visits", first, last).sites_expected  # noqa: E731
    assert expected("2025-05-01", "2025-05-31") == 1
    assert expected("2025-07-01", "2025-07-31") == 0
    assert expected("2025-09-01", "2025-09-30") == 1


def test_hours_say_on_which_weekdays_a_site_opens_from_a_day_on(office):
    office.hand_in("registre", *COVE_KNOWN, covers=KNOWN_DAYS)
    saturday = [(5, 480, 720), (0, 480, 1020)]
    keep(office, site_changes.set_hours(COVE, date(2025, 6, 2), saturday))
    with office.engine.connect() as connection:
        told = reference_changes.changes(connection)[0].told
    assert "le lundi de 8" in told and "le samedi de 8" in told
    network = state(office)
    assert not is_open(network, COVE, date(2025, 5, 31)) and is_open(
        network, COVE, date(2025, 5, 27)
    )
    assert is_open(network, COVE, date(2025, 6, 7)) and is_open(network, COVE, date(2025, 6, 2))
    assert not is_open(network, COVE, date(2025, 6, 3))


def test_a_move_leaves_the_past_in_the_commune_where_it_was(office):
    office.hand_in(
        "registre", visit(COVE, "03/03/2025", ref="1"), visit(COVE, "29/04/2025", ref="2")
    )
    before = office.figure("coverage", first="2025-03-01", last="2025-03-31")
    population = figure(office, "visits_per_1000", "2025-03-01", "2025-03-31").value
    keep(office, site_changes.move_site(COVE, "Zagnanado", date(2025, 4, 1)))
    assert office.figure("coverage", first="2025-03-01", last="2025-03-31") == before
    assert figure(office, "visits_per_1000", "2025-03-01", "2025-03-31").value == population
    moved = figure(office, "visits_per_1000", "2025-03-01", "2025-04-30").value
    assert moved != population and moved is not None
    with pytest.raises(Refused, match="autre département"):
        keep(office, site_changes.move_site(COVE, "Kandi", date(2025, 5, 1)))


def test_a_site_is_opened_in_a_commune_whose_centre_closed_and_files_say_the_commune(office):
    office.hand_in("registre", *COVE_KNOWN, covers=KNOWN_DAYS)
    keep(office, site_changes.close_site(COVE, date(2025, 11, 15)))
    with pytest.raises(Refused, match="choisir un autre nom"):
        keep(office, site_changes.add_site(NewSite("CCSP", "Covè", date(2025, 11, 17))))
    new = NewSite("CCSP", "Covè", date(2025, 11, 17), "CCSP de Covè-Marché")
    told = effect(office, site_changes.add_site(new))
    assert "Covè a désormais un CCSP." in told
    keep(office, site_changes.add_site(new))
    office.hand_in(
        "registre", visit("Covè", "14/11/2025", ref="3"), visit("Covè", "18/11/2025", ref="4")
    )
    assert office.rows(
        "SELECT s.code, count(*) FROM visit v JOIN site s ON s.id = v.site_id WHERE v.source_ref IN ('3', '4')"
        " GROUP BY s.code ORDER BY s.code"
    ) == [("ccsp-cove", 1), ("ccsp-cove-2", 1)]


CHANGES = [
    pytest.param(lambda: site_changes.close_site(COVE, date(2025, 6, 2)), id="close"),
    pytest.param(
        lambda: site_changes.set_hours(COVE, date(2025, 6, 2), [(0, 480, 720)]), id="hours"
    ),
    pytest.param(lambda: site_changes.move_site(COVE, "Zagnanado", date(2025, 4, 1)), id="move"),
    pytest.param(
        lambda: site_changes.set_site(COVE, "CCSP de Covè-Centre", silent_after=20), id="set"
    ),
    pytest.param(lambda: site_changes.add_site(NewSite("CCSP", "Abomey", None)), id="add"),
    pytest.param(
        lambda: list_changes.add_holiday(date(2025, 6, 4), "Journée locale"), id="holiday"
    ),
    pytest.param(lambda: list_changes.remove_holiday(date(2025, 8, 1)), id="worked"),
    pytest.param(
        lambda: list_changes.set_director("Zou", "DDTFP Zou", date(2025, 1, 1)), id="director"
    ),
    pytest.param(lambda: list_changes.add_word("reason", "inondation"), id="word"),
    pytest.param(lambda: list_changes.set_service("suivi-carriere", None, 15), id="service"),
]


@pytest.mark.parametrize("make", CHANGES)
def test_a_change_is_looked_at_without_a_trace_kept_undone_and_done_again(office, make):
    office.hand_in("registre", *COVE_KNOWN, covers=KNOWN_DAYS)
    before, figures = reference(office), office.figures("2025-01-01", "2025-12-31", by="site")
    line = last_line(office)
    effect(office, make())
    assert (reference(office), last_line(office)) == (before, line)
    keep(office, make())
    changed = reference(office)
    assert changed != before and last_line(office) > line
    reference_changes.undo(office.engine, last_line(office), "test", "erreur")
    assert reference(office) == before
    assert office.figures("2025-01-01", "2025-12-31", by="site") == figures
    reference_changes.undo(office.engine, last_line(office), "test", "c'était juste")
    assert reference(office) == changed


@pytest.mark.parametrize("make", CHANGES)
def test_a_change_that_was_already_made_changes_nothing(office, make):
    office.hand_in("registre", *COVE_KNOWN, covers=KNOWN_DAYS)
    keep(office, make())
    line, there = last_line(office), reference(office)
    with pytest.raises(Refused):
        keep(office, make())
    assert (last_line(office), reference(office)) == (line, there)


def test_what_a_later_change_built_upon_is_not_undone(office):
    office.hand_in("registre", *COVE_KNOWN, covers=KNOWN_DAYS)
    keep(office, site_changes.close_site(COVE, date(2025, 6, 2)))
    closed = last_line(office)
    keep(office, site_changes.reopen_site(COVE, date(2025, 6, 2)))
    with pytest.raises(Refused, match="plus récent"):
        reference_changes.undo(office.engine, closed, "test", "erreur")
    keep(office, site_changes.add_site(NewSite("CCSP", "Abomey", None)))
    added = last_line(office)
    office.hand_in("registre", visit("ccsp-abomey", "03/11/2025", ref="1"))
    with pytest.raises(Refused, match="ne s'annule plus"):
        reference_changes.undo(office.engine, added, "test", "erreur")


@pytest.mark.parametrize(
    "make, said",
    [
        (site_changes.close_site("ccsp-nulle-part", date(2025, 6, 2)), "Centre inconnu"),
        (site_changes.close_site(COVE, date(2020, 1, 1)), "ne peut fermer qu'après"),
        (site_changes.close_site(COVE, date(2052, 1, 1)), "trop loin"),
        (site_changes.reopen_site(COVE, date(2025, 6, 2)), "n'est pas fermé"),
        (site_changes.move_site(COVE, "Atlantide", date(2025, 6, 2)), "Commune inconnue"),
        (site_changes.move_site(COVE, "Covè", date(2025, 6, 2), (48.8, 2.3)), "pas au Bénin"),
        (site_changes.set_hours(COVE, date(2025, 6, 2), [(0, 720, 480)]), "avant de fermer"),
        (site_changes.set_hours(COVE, date(2025, 6, 2), []), "un jour au moins"),
        (site_changes.set_site(COVE, "Kandi"), "désigne déjà|ne change"),
        (site_changes.set_site(COVE, aliases="CCSP de Kandi"), "désigne déjà"),
        (site_changes.set_site(COVE, silent_after=0), "de 1 à 366"),
        (site_changes.add_site(NewSite("PRISON", "Abomey", None)), "Le type"),
        (list_changes.add_holiday(date(2025, 8, 1), "Fête"), "déjà férié"),
        (list_changes.remove_holiday(date(2025, 8, 5)), "n'est pas férié"),
        (list_changes.set_director("Zoulou", "DDTFP", date(2025, 1, 1)), "Département inconnu"),
        (list_changes.add_word("reason", " GREVE "), "déjà dans la liste"),
        (list_changes.set_service("rien", None, 3), "Prestation inconnue"),
        (list_changes.confirm_closures(12), "relire la page"),
        (list_changes.rename_word(1, "Accueil au guichet"), "mot des feuilles et des pages"),
        (list_changes.set_director("Zou", "DDTFP", date(9999, 1, 1)), "trop loin"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_french_and_changes_nothing(office, make, said):
    before, line = reference(office), last_line(office)
    with pytest.raises(Refused, match=said):
        keep(office, make)
    assert (reference(office), last_line(office)) == (before, line)


def test_a_change_without_a_reason_is_refused(office):
    with pytest.raises(Refused, match="pourquoi"):
        keep(office, list_changes.add_word("reason", "inondation"), why="   ")


def test_the_effect_says_the_days_of_each_year_and_those_to_come(office):
    office.hand_in("registre", *COVE_KNOWN, covers=KNOWN_DAYS)
    office.hand_in("registre", visit(KANDI, "14/11/2025", ref="1"))
    told = effect(office, site_changes.close_site(COVE, date(2025, 11, 3)))
    assert any(
        line.startswith("2025 : ") and "de moins" in line and "Covè" in line for line in told
    )
    assert "Covè n'a plus de CCSP." in told
    assert effect(office, list_changes.add_word("channel", "radio")) == [
        "Aucun jour ouvert ne change."
    ]


def test_confirming_a_closure_says_how_many_days_are_no_longer_expected(office):
    office.hand_in("registre", *COVE_KNOWN, covers=KNOWN_DAYS)
    row = closure(COVE, "2025-11-17", "2025-11-23", reason="travaux")  # Monday to Sunday
    lot = office.hand_in("fermetures", row, declared=True).batch_id
    confirm = list_changes.confirm_closures(lot)
    assert effect(office, confirm) == [
        f"5{french.SPACE}jours ne sont plus attendus (CCSP de Covè)."
    ]
    keep(office, confirm)
    assert "attendu" not in " ".join(effect(office, list_changes.add_word("channel", "radio")))


def test_the_journal_keeps_who_what_and_why_and_moves_the_version(office):
    with office.engine.connect() as connection:
        before = read.version(connection)
    keep(office, site_changes.set_site(NIKKI, silent_after=15), "centre de montagne")
    with office.engine.connect() as connection:
        line = connection.execute(select(Journal).order_by(Journal.id.desc())).first()
        assert read.version(connection) != before
        (kept, *_) = reference_changes.changes(connection)
        place = next(p for p in read.places(connection, ALL) if p.code == NIKKI)
    assert (line.who, line.why) == ("test", "centre de montagne")
    assert "muet après 15" in kept.told and not kept.undone
    assert place.silent_after == 15


def test_closings_and_complaints_of_a_closed_site_stay(office):
    office.hand_in("registre", *COVE_KNOWN, covers=KNOWN_DAYS)
    office.hand_in("cloture", closing(COVE, "14/11/2025"))
    office.hand_in("plaintes", complaint("P1", COVE, "10/11/2025"))
    keep(office, site_changes.close_site(COVE, date(2025, 11, 10)))
    assert figure(office, "visits", "2025-11-01", "2025-11-30").value == 1
    assert figure(office, "complaints_open", "2025-11-01", "2025-11-30").value == 1


def test_a_word_that_the_ministry_added_is_renamed_and_one_of_the_sheets_is_not(office):
    keep(office, list_changes.add_word("reason", "inondation"))
    ((number,),) = office.rows("SELECT id FROM term WHERE label = 'inondation'")
    keep(office, list_changes.rename_word(number, "crue"))
    assert office.rows("SELECT label FROM term WHERE kind = 'reason' AND label = 'crue'") == [
        ("crue",)
    ]


def test_two_changes_of_one_site_are_undone_each_by_itself(office):
    keep(office, site_changes.set_site(COVE, "CCSP de Covè-Centre"))
    named = last_line(office)
    keep(office, site_changes.set_site(COVE, silent_after=20))
    reference_changes.undo(office.engine, named, "test", "erreur")
    assert office.rows("SELECT name, silent_after FROM site WHERE code = 'ccsp-cove'") == [
        ("CCSP de Covè", 20)
    ]
    with pytest.raises(Refused, match="déjà annulé"):
        reference_changes.undo(office.engine, named, "test", "encore")


def test_a_commune_whose_centre_closed_is_no_longer_covered(office):
    office.hand_in("registre", *COVE_KNOWN, covers=KNOWN_DAYS)
    office.hand_in("registre", visit(KANDI, "21/11/2025", ref="1"))
    covered = lambda: office.figure("coverage", first="2025-11-01", last="2025-11-21").numerator  # noqa: E731
    assert covered() == 2
    keep(office, site_changes.close_site(COVE, date(2025, 11, 18)))
    assert covered() == 1
