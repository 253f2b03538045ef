"""Hours without power or network, said by tap: kept as a closure between two hours, which closes no day."""

from sqlalchemy import text

from dashboard.accounts.rights import Role
from tests.builders import closure, csv_text
from tests.hand_in.conftest import COVE, Desk, heading, words
from tests.hand_in.test_day_closings import take_back
from tests.hand_in.test_rights import KANDI, desk_of
from tests.hand_in.test_site_days import (  # noqa: F401 (fixtures)
    DAYS,
    MISSING,
    counter,
    database_url,
    numbers,
    states,
)

COUPURE = "/remonter/coupure"


def cut(
    desk: Desk, begins: str, ends: str, day: str = "2025-10-07", reason: str = "courant", **fields
):
    form = {"centre": COVE, "jour": day, "de": begins, "a": ends, "raison": reason, "cle": "k"}
    return desk.fill(COUPURE, **{**form, **fields})


def hours(house) -> list[tuple]:
    """The closures of Covè that count, in minutes."""
    with house.engine.connect() as connection:
        return [
            tuple(row)
            for row in connection.execute(
                text(
                    "SELECT from_minute, to_minute, t.label FROM closure c JOIN term t ON t.id = c.reason_id"
                    " WHERE c.superseded_by IS NULL ORDER BY c.id"
                )
            )
        ]


def test_hours_close_no_day_and_are_taken_back(counter, closed):  # noqa: F811
    before, figures = (
        states(closed),
        [numbers(closed, c) for c in ("completeness", "visits_per_day")],
    )
    page = cut(counter, "08:00", "10:30")
    assert heading(page) == (
        "C'est noté. CCSP de Covè : pas de courant de 8 h à 10 h 30, le 7 octobre 2025"
    )
    assert hours(closed) == [(480, 630, "électricité")]
    assert states(closed) == before
    assert [numbers(closed, c) for c in ("completeness", "visits_per_day")] == figures
    assert heading(cut(counter, "08:00", "10:30")) == heading(page), "the same form sent twice"
    longer = cut(counter, "08:00", "11:00")
    assert "jusqu'à 10 h 30" in words(longer) and hours(closed) == [(480, 660, "électricité")]
    take_back(counter, longer)
    assert hours(closed) == [(480, 630, "électricité")]
    take_back(counter, page)
    assert hours(closed) == []


def test_whatever_a_file_may_say_is_taken(counter, closed):  # noqa: F811
    """Days without work, already closed; hours at night."""
    said = (("2025-10-04", "00:00", "23:59"), (str(MISSING[0]), "07:00", "19:00"))
    rows = [closure(COVE, day, day, begins, ends, "réseau") for day, begins, ends in said]
    page = counter.press(counter.send(csv_text("fermetures", *rows).encode()), "confirmer")
    assert heading(page).startswith("C'est fait.")
    of_file = hours(closed)
    for day, begins, ends in said:
        page = cut(counter, begins, ends, day, "reseau")
        assert heading(page).startswith("C'est noté."), words(page)[-900:]
    assert hours(closed) == of_file


def test_what_is_no_part_of_a_day_is_refused_and_what_was_typed_stays(counter, closed):  # noqa: F811
    for begins, ends, day, reason, said in (
        ("", "", "2025-10-07", "courant", "Pour une journée entière"),
        ("08:00", "", "2025-10-07", "courant", "de quelle heure à quelle heure"),
        ("10:00", "08:00", "2025-10-07", "courant", "n'est pas après l'heure de début"),
        ("08:00", "08:00", "2025-10-07", "courant", "n'est pas après l'heure de début"),
        ("25:00", "26:00", "2025-10-07", "courant", "n'existe pas"),
        ("08:00", "24:00", "2025-10-07", "courant", "23:59"),
        ("08:00", "10:00", "2022-01-03", "courant", "est ouvert depuis le"),
        ("huit", "neuf", "2025-10-07", "courant", "HH:MM"),
        ("٠٨:٠٠", "10:00", "2025-10-07", "courant", "HH:MM"),
        ("08:00", "10:00", "2025-10-17", "courant", "dans l'avenir"),
        ("08:00", "10:00", "", "courant", "Choisir un jour"),
        ("08:00", "10:00", "2025-10-07", "", "choisir une raison"),
        ("08:00", "10:00", "2025-10-07", "personne", "choisir une raison"),
    ):
        page = cut(counter, begins, ends, day, reason)
        assert page.status == 409 and said in words(page), (begins, ends, words(page)[-900:])
        assert f'name="de" value="{begins}"' in page.text
        assert f'name="a" value="{ends}"' in page.text
    assert hours(closed) == []


def test_only_who_answers_for_the_site_says_its_hours(counter, closed):  # noqa: F811
    assert cut(counter, "08:00", "10:00", jeton="0" * 64).status == 403
    assert cut(counter, "08:00", "10:00", centre=KANDI).status == 403
    assert desk_of(closed, "cab", Role.CABINET).page(COUPURE).status == 404
    assert hours(closed) == []
    boss = desk_of(closed, "dir.zou", Role.DIRECTOR, departments=["Zou"])
    token = boss.token(boss.page(f"{COUPURE}?centre={COVE}"))
    assert heading(cut(boss, "08:00", "10:00", jeton=token)).startswith("C'est noté.")
