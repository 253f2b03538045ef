"""Complaints noted and answered by tap: what each does to the register, to figures and to what is known, and who may say it."""

import re
from datetime import date, datetime
from html import unescape
from urllib.parse import urlencode

import pytest
from sqlalchemy import insert, text

from dashboard.accounts.rights import Person, Role
from dashboard.answers import complaint_register, context
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE
from db import complaint_texts, read, supersede
from db.codes import ALL
from db.facts import gather
from db.models import Retention
from db.network_state import load_network_state
from db.write_lock import write_transaction
from tests.builders import complaint, csv_text, visit
from tests.clock import as_of
from tests.hand_in.conftest import COVE, FOCAL, Desk, heading, prepared, signed_in, words
from tests.hand_in.test_rights import KANDI, desk_of

PLAINTES = "/remonter/plaintes"
NOTER, REPONDRE = f"{PLAINTES}/noter", f"{PLAINTES}/repondre"
NOW = "2025-10-16T09:00"
FIRST, LAST = date(2025, 9, 1), date(2025, 10, 15)
OPEN, OPEN_TOO, ANSWERED = "P-COV-2025-001", "P-COV-2025-002", "P-COV-2025-003"
NEXT = "P-COV-2025-004"
COVE_NAME = "CCSP de Covè"
SUBJECT = "le guichet était fermé"
REGISTER = (
    complaint(OPEN, COVE, "05/09/2025", "", "", "Accueil", "guichet", subject=SUBJECT),
    complaint(OPEN_TOO, COVE, "10/09/2025", "", "", "Délai", "téléphone"),
    complaint(ANSWERED, COVE, "12/09/2025", "15/09/2025", "", "Délai", "guichet", "traitée"),
)


def hand_in(desk: Desk, form: str, *rows: list, month: str = "2025-09") -> None:
    page = desk.send(csv_text(form, *rows).encode(), mois=month)
    page = desk.press(page, "confirmer")
    assert heading(page).startswith("C'est fait."), words(page)


def two_wait(house) -> None:
    """Visits up to the middle of October, and a register of complaints of September: two wait for an answer."""
    desk = desk_of(house, FOCAL, Role.FOCAL_POINT, sites=[COVE])
    days = [f"{d:02}/09/2025" for d in (1, 5, 10, 12, 15, 22, 29)]
    hand_in(desk, "registre", *(visit(COVE, d, ref=d) for d in days))
    days = [f"{d:02}/10/2025" for d in (1, 6, 8, 13, 14, 15)]
    hand_in(desk, "registre", *(visit(COVE, d, ref=d) for d in days), month="2025-10")
    hand_in(desk, "plaintes", *REGISTER)


HANDED_IN = prepared("two_wait", "2025-10-16T08:30", two_wait)


@pytest.fixture
def database_url(databases, request):
    """Who asks for a counter begins with what was handed in."""
    with databases.fresh(prepared=HANDED_IN if "counter" in request.fixturenames else None) as url:
        yield url


@pytest.fixture
def counter(closed):
    """The point focal of Covè, in the middle of October."""
    with as_of(NOW):
        yield signed_in(FOCAL)
    context.close_databases()


def note(desk: Desk, key: str = "k", **fields: str):
    typed = {"recue": "2025-10-14", "categorie": "Accueil", "canal": "guichet", "prestation": ""}
    return desk.fill(NOTER, **{"centre": COVE, "cle": key, "proposee": NEXT, **typed, **fields})


def reply(desk: Desk, reference: str = OPEN, key: str = "k", **fields: str):
    typed = {"repondu": "oui", "le": "2025-10-14", "issue": "rejetée"}
    return desk.fill(
        REPONDRE, **{"centre": COVE, "plainte": reference, "cle": key, **typed, **fields}
    )


def take_back(desk: Desk, page):
    """Press « Annuler » on a receipt."""
    action = re.search(r'action="(/remonter/recu/\d+/retirer)"', page.text)[1]
    page = desk.fill(action, raison="annulé aussitôt")
    assert "Retiré, ne compte plus" in heading(page)
    return page


def figures(closed) -> dict[str, tuple]:
    """The figures of complaints of Covè up to the day before."""
    with closed.engine.connect() as connection:
        facts = gather(connection, {COVE}, FIRST, LAST, "nation")
    found = {}
    for code in (
        "complaints_open",
        "complaints_oldest",
        "complaint_delay",
        "complaints_30d",
        "complaints_30d_due",
        "complaints_per_1000",
    ):
        m = BY_CODE[code].measure(facts)
        found[code] = repr((m.numerator[0], m.denominator[0], m.value[0], m.n[0], m.note[0]))
    return found


def number(closed, code: str) -> float:
    with closed.engine.connect() as connection:
        facts = gather(connection, {COVE}, FIRST, LAST, "nation")
    return float(BY_CODE[code].measure(facts).value[0])


def register(closed) -> list[tuple]:
    """The complaints of Covè that count."""
    asked = (
        "SELECT c.reference, c.received_on, c.resolved_on, c.outcome, t.label, v.label FROM complaint c"
        " JOIN site s ON s.id = c.site_id LEFT JOIN term t ON t.id = c.category_id LEFT JOIN term v ON v.id = c.channel_id"
        " WHERE c.superseded_by IS NULL AND s.code = :site ORDER BY c.reference"
    )
    with closed.engine.connect() as connection:
        rows = connection.execute(text(asked), {"site": COVE}).all()
    return [tuple(None if cell is None else str(cell) for cell in row) for row in rows]


def claims(closed) -> tuple:
    """Of which days Covè's complaints are known, as files say it."""
    with closed.engine.connect() as connection:
        state = load_network_state(connection)
        whole = connection.execute(text("SELECT count(*) FROM whole_day")).scalar()
    spans = {key: sorted(days) for key, days in state.spans.items()}
    return spans, state.complaints_known.tobytes(), state.is_rated.tobytes(), whole


# --- a complaint that came ------------------------------------------------------------------------------------------
def test_the_reference_is_said_before_the_form_and_nothing_is_filled_in_beforehand(counter):
    page = counter.page()
    assert "2 plaintes attendent une réponse, la plus ancienne reçue le 05/09/2025" in words(page)
    page = counter.page(
        unescape(re.search(r'href="(/remonter/plaintes/noter[^"]*)"', page.text)[1])
    )
    assert heading(page) == f"Cette plainte portera la référence {NEXT}"
    assert "L'écrire aussi dans le registre" in words(page)
    assert f"porte {ANSWERED}, reçue le 12 septembre 2025" in words(page)
    assert "checked" not in page.text and "selected" not in page.text
    assert 'name="recue" max="2025-10-16" required value=""' in page.text
    assert "objet" not in page.text.lower() and "textarea" not in page.text


def test_a_complaint_that_is_noted_counts_and_is_taken_back(counter, closed):
    before, rows = figures(closed), register(closed)
    page = note(counter)
    assert heading(page).startswith(
        "C'est noté. CCSP de Covè : une plainte reçue le 14 octobre 2025"
    )
    assert NEXT in page.text and "Annuler" in page.text
    assert register(closed) == [*rows, (NEXT, "2025-10-14", None, None, "Accueil", "guichet")]
    assert number(closed, "complaints_open") == 3
    start = words(counter.page())
    assert "3 plaintes attendent une réponse" in start
    assert "</a> : CCSP de Covè : une plainte reçue le 14 octobre 2025 (Accueil, guichet)" in start
    assert heading(counter.page(NOTER)) == "Cette plainte portera la référence P-COV-2025-005"
    take_back(counter, page)
    assert register(closed) == rows and figures(closed) == before
    assert heading(counter.page(NOTER)) == f"Cette plainte portera la référence {NEXT}"


def test_the_register_that_comes_later_replaces_it_and_the_complaint_is_one(counter, closed):
    page = note(counter)
    row = complaint(NEXT, COVE, "13/10/2025", "15/10/2025", "", "Délai", "courrier", "traitée")
    hand_in(counter, "plaintes", row, month="2025-10")
    assert register(closed)[-1] == (
        NEXT,
        "2025-10-13",
        "2025-10-15",
        "handled",
        "Délai",
        "courrier",
    )
    assert len(register(closed)) == len(REGISTER) + 1
    page = counter.page(re.search(r"/remonter/recu/\d+", page.text)[0])
    assert "Annuler" not in page.text and "qui compte à la place" in words(page)


def test_another_reference_can_be_typed_and_is_the_site_s_rule_s_no_longer(counter, closed):
    page = note(counter, reference=" 12–bis ")
    assert heading(page).startswith("C'est noté.")
    assert "12-bis" in [row[0] for row in register(closed)], "one kind of hyphen, no blanks"


def test_where_no_rule_is_seen_the_reference_of_the_register_is_asked_for(closed):
    with as_of(NOW):
        desk = desk_of(closed, FOCAL, Role.FOCAL_POINT, sites=[COVE])
        page = desk.page(NOTER)
        assert heading(page) == "CCSP de Covè : noter une plainte reçue"
        assert "Aucune plainte de ce centre n'est encore connue" in words(page)
        assert "Référence du registre" in words(page) and 'maxlength="60" required' in page.text
        page = note(desk, proposee="")
        assert page.status == 409 and "Écrire la référence" in words(page)
        assert heading(note(desk, proposee="", reference="7")).startswith("C'est noté.")
    context.close_databases()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"recue": ""}, "Dire quel jour la plainte a été reçue"),
        ({"recue": "2025-10-17"}, "Cette date est dans l'avenir"),
        ({"recue": "2025-02-30"}, "Ce jour n'existe pas"),
        ({"recue": "1789-07-14"}, "trop ancienne"),
        ({"recue": "hier"}, "Une date est attendue"),
        ({"categorie": ""}, "Choisir une catégorie"),
        ({"categorie": "Sorcellerie"}, "« Sorcellerie » n'y est pas"),
        ({"prestation": "Rien de tel"}, "n'y est pas"),
        ({"canal": "<b>pigeon</b>"}, "n'y est pas"),
        ({"reference": "9" * 10_000}, "trop longue"),
        ({"reference": "P-COV-2025-\u200b009"}, "signe qui ne se voit pas"),
        ({"reference": "P-1\nP-2"}, "signe qui ne se voit pas"),
        ({"reference": "Afi Mensah"}, "jamais un nom de personne"),
        ({"reference": "=1+1"}, "formule"),
        (
            {"reference": OPEN},
            "déjà celle d'une autre plainte de ce centre, reçue le 5 septembre 2025",
        ),
        ({"reference": OPEN.lower()}, "qui attend une réponse"),
        ({"reference": ANSWERED}, "et traitée le 15 septembre 2025"),
        ({"reference": "", "proposee": ""}, "Écrire la référence"),
    ],
)
def test_what_cannot_be_noted_is_refused_in_a_sentence_and_what_was_typed_stays(
    counter, closed, fields, said
):
    before = register(closed)
    page = note(counter, **fields)
    assert page.status == 409 and said in words(page), words(page)
    assert register(closed) == before
    kept = {"recue": "2025-10-14", **fields}["recue"]
    assert f'name="recue" max="2025-10-16" required value="{kept}"' in page.text
    if {"categorie": "Accueil", **fields}["categorie"] == "Accueil":
        assert '<option value="Accueil" selected>' in page.text


def test_a_complaint_past_its_term_is_not_added(counter, closed):
    term = datetime.fromisoformat("2025-09-01")
    with write_transaction(closed.engine) as connection:
        connection.execute(insert(Retention).values(what="complaint", before=term))
    page = note(counter, recue="2025-08-31")
    assert page.status == 409 and "ont passé leur terme" in words(page)
    assert heading(note(counter, recue="2025-09-01")).startswith("C'est noté.")


def test_the_same_form_sent_twice_is_kept_once_and_one_that_was_changed_is_another(counter, closed):
    first, second = note(counter), note(counter)
    assert heading(first) == heading(second)
    assert re.search(r"n° \d+", first.text)[0] == re.search(r"n° \d+", second.text)[0]
    assert len(register(closed)) == len(REGISTER) + 1
    changed = note(counter, categorie="Délai")
    assert changed.status == 409 and "déjà celle d'une autre plainte" in words(changed)
    assert heading(changed) == "Cette plainte portera la référence P-COV-2025-005"


def test_two_who_note_under_one_reference_at_once_lose_nothing(counter, closed, monkeypatch):
    """Whoever comes second into the database is refused there, and not in what he read before."""
    from dashboard.actions import site_complaints as actions

    note(counter)
    rows = register(closed)
    monkeypatch.setattr(actions.site_complaints, "find", lambda *_: None)
    page = note(counter, key="other", categorie="Délai")
    assert page.status == 409 and "vient d'être prise" in words(page)
    assert register(closed) == rows


# --- an answer ------------------------------------------------------------------------------------------------------
def test_the_open_ones_are_listed_oldest_first_and_the_question_comes_first(counter):
    page = counter.page(PLAINTES)
    said = "2 plaintes attendent une réponse, la plus ancienne reçue le 05/09/2025"
    assert heading(page) == f"CCSP de Covè : {said}"
    assert page.text.index(OPEN) < page.text.index(OPEN_TOO) and ANSWERED not in page.text
    assert "41 jours, reçue le 05/09/2025, Accueil" in words(page)
    assert SUBJECT not in page.text
    page = counter.page(
        unescape(re.search(r'href="(/remonter/plaintes/repondre[^"]*)"', page.text)[1])
    )
    assert heading(page) == f"Plainte {OPEN} : attend depuis 41 jours"
    asked = page.text.index("Avez-vous déjà répondu")
    assert asked < page.text.index('name="le"') < page.text.index('name="issue"')
    assert "checked" not in page.text and 'max="2025-10-16" value=""' in page.text


def test_an_answer_carries_what_the_register_had_and_its_words_come_back(counter, closed):
    before, rows = figures(closed), register(closed)
    page = reply(counter)
    assert heading(page) == (
        "C'est noté. CCSP de Covè : la plainte reçue le 5 septembre 2025 a eu sa réponse le 14 octobre 2025 (rejetée)"
    )
    answered = (OPEN, "2025-09-05", "2025-10-14", "rejected", "Accueil", "guichet")
    assert register(closed) == [answered, *rows[1:]]
    with closed.engine.connect() as connection:
        assert complaint_texts.words(connection, ALL, COVE, OPEN) == [SUBJECT]
        assert complaint_texts.open_with_texts(connection, ALL) == []
    assert number(closed, "complaints_open") == 1, "at once, though the register ends before"
    take_back(counter, page)
    assert register(closed) == rows and figures(closed) == before
    with closed.engine.connect() as connection:
        (listed,) = complaint_texts.open_with_texts(connection, ALL)
        assert listed.reference == OPEN
        assert complaint_texts.words(connection, ALL, COVE, OPEN) == [SUBJECT]
        assert supersede.verify(connection) == []


def test_an_answer_of_days_that_the_register_covers_moves_the_share_and_the_delay(counter, closed):
    before = {code: number(closed, code) for code in ("complaints_30d", "complaint_delay")}
    page = reply(counter, le="2025-09-20", issue="traitée")
    page_too = reply(counter, OPEN_TOO, key="2", le="2025-09-20", issue="sans suite")
    assert heading(page_too).startswith("C'est noté.")
    assert before["complaints_30d"] == pytest.approx(100 / 3)
    assert number(closed, "complaints_30d") == 100
    assert before["complaint_delay"] != before["complaint_delay"], "not known: most wait still"
    assert number(closed, "complaint_delay") == 10
    take_back(counter, page)
    take_back(counter, page_too)
    assert number(closed, "complaints_30d") == pytest.approx(100 / 3)


def test_answers_after_the_register_do_not_shorten_the_delay(counter, closed):
    """Those that are not said would be left out beyond its end, and those that are would not."""
    boss = Person("directrice", Role.DIRECTOR, departments=frozenset({"Zou"}), id="d")

    def days_of_page() -> list[tuple[int, bool]]:
        found = complaint_register.register(boss, Question(FIRST, LAST, departments=("Zou",)))
        part = found.received_since(FIRST).at_register_end
        return list(zip(part.days_open.tolist(), part.is_open.tolist(), strict=True))

    before, drawn = figures(closed)["complaint_delay"], days_of_page()
    assert drawn == [(25, True), (20, True), (3, False)], "up to the last of September"
    reply(counter, OPEN_TOO)
    note(counter)
    assert figures(closed)["complaint_delay"] == before and days_of_page() == drawn


def test_a_register_that_comes_later_says_it_anew(counter, closed):
    page = reply(counter)
    late = complaint(OPEN, COVE, "05/09/2025", "10/10/2025", "", "Délai", "guichet", "traitée")
    hand_in(counter, "plaintes", late)
    assert register(closed)[0] == (OPEN, "2025-09-05", "2025-10-10", "handled", "Délai", "guichet")
    page = counter.page(re.search(r"/remonter/recu/\d+", page.text)[0])
    assert "Annuler" not in page.text
    # And a complaint that a later register leaves out keeps its answer.
    reply(counter, OPEN_TOO, key="2")
    hand_in(counter, "plaintes", complaint("P-COV-2025-009", COVE, "11/09/2025"))
    assert register(closed)[1][2] == "2025-10-14"


def test_noted_answered_and_taken_back_in_turn(counter, closed):
    rows = register(closed)
    noted = note(counter)
    answered = reply(counter, NEXT, le="2025-10-15", issue="traitée")
    assert register(closed)[-1] == (
        NEXT,
        "2025-10-14",
        "2025-10-15",
        "handled",
        "Accueil",
        "guichet",
    )
    receipt = re.search(r"/remonter/recu/\d+", noted.text)[0]
    assert "Annuler" not in counter.page(receipt).text, "an answer stands on it"
    refused = counter.fill(f"{receipt}/retirer", raison="essai")
    assert refused.status == 409 and "remplacé depuis" in words(refused)
    take_back(counter, answered)
    assert register(closed)[-1] == (NEXT, "2025-10-14", None, None, "Accueil", "guichet")
    take_back(counter, counter.page(receipt))
    assert register(closed) == rows


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"repondu": ""}, "Dire d'abord si vous avez déjà répondu"),
        ({"repondu": "peut-être"}, "Dire d'abord si vous avez déjà répondu"),
        ({"le": ""}, "Dire quel jour l'usager a eu sa réponse"),
        ({"le": "2025-09-04"}, "pas être d'avant la réception, le 5 septembre 2025"),
        ({"le": "2025-10-17"}, "Cette date est dans l'avenir"),
        ({"le": "2025-13-01"}, "Ce jour n'existe pas"),
        ({"issue": ""}, "traitée, rejetée ou sans suite"),
        ({"issue": "handled"}, "traitée, rejetée ou sans suite"),
    ],
)
def test_what_is_no_answer_is_refused_in_a_sentence_and_what_was_typed_stays(
    counter, closed, fields, said
):
    before = register(closed)
    page = reply(counter, **fields)
    assert page.status == 409 and said in words(page), words(page)
    assert register(closed) == before
    kept = {"le": "2025-10-14", **fields}["le"]
    assert f'max="2025-10-16" value="{kept}"' in page.text
    if "repondu" not in fields:
        assert 'value="oui" required checked' in page.text


def test_who_has_not_answered_yet_changes_nothing(counter, closed):
    before = register(closed)
    page = reply(counter, repondu="non", le="", issue="")
    assert page.status == 200 and "cette plainte attend toujours" in words(page)
    assert "2 plaintes attendent" in heading(page) and register(closed) == before


def test_the_same_answer_sent_twice_is_kept_once_and_another_s_is_said(counter, closed):
    first, second = reply(counter), reply(counter)
    assert re.search(r"n° \d+", first.text)[0] == re.search(r"n° \d+", second.text)[0]
    manager = desk_of(closed, "gestion", Role.DATA_MANAGER)
    late = reply(manager, key="his", issue="traitée")
    assert late.status == 409
    assert (
        "Quelqu'un a déjà noté la réponse à cette plainte : rejetée, le 14 octobre 2025"
        in words(late)
    )
    assert heading(late) == f"Plainte {OPEN} : déjà rejetée le 14 octobre 2025"
    assert "Noter la réponse" not in late.text
    assert register(closed)[0][3] == "rejected"


def test_one_that_changed_between_reading_and_writing_is_refused(counter, closed, monkeypatch):
    """The row that is answered is the row that was read, in the transaction that writes."""
    from dashboard.actions import site_complaints as actions

    stale = actions.find(_person(closed, FOCAL, Role.FOCAL_POINT), COVE, OPEN)
    reply(counter)
    rows = register(closed)
    monkeypatch.setattr(actions, "find", lambda *_: stale)
    page = reply(counter, key="other", issue="traitée")
    assert page.status == 409 and "a changé à l'instant" in words(page)
    assert register(closed) == rows


def test_a_complaint_that_is_not_there_is_not_made_up(counter, closed):
    before = register(closed)
    page = reply(counter, "P-RIEN-1")
    assert page.status == 409 and "n'est plus dans le registre" in words(page)
    assert counter.page(f"{REPONDRE}?{urlencode({'plainte': '<b>1'})}").status == 404
    assert register(closed) == before


# --- what a tap claims ----------------------------------------------------------------------------------------------
def test_a_tap_says_nothing_of_the_site_s_other_complaints(counter, closed):
    before = claims(closed)
    note(counter)
    reply(counter)
    reply(counter, OPEN_TOO, key="2", le="2025-10-15")
    assert claims(closed) == before
    with closed.engine.connect() as connection:
        known = load_network_state(connection)
        assert known.complaints_as_of(COVE) == date(2025, 9, 30)


def test_a_site_that_only_taps_has_handed_in_no_register(closed):
    with as_of(NOW):
        desk = desk_of(closed, FOCAL, Role.FOCAL_POINT, sites=[COVE])
        hand_in(desk, "registre", visit(COVE, "15/10/2025", ref="1"), month="2025-10")
        with closed.engine.connect() as connection:
            nobody = gather(connection, {COVE}, FIRST, LAST, "nation").complaint_reporting[0]
        note(desk)
        with closed.engine.connect() as connection:
            facts = gather(connection, {COVE}, FIRST, LAST, "nation")
            handed = {form for _, form, *_ in read.handed_in(connection, ALL)}
        assert nobody == facts.complaint_reporting[0] == 0 and "plaintes" not in handed
        share = BY_CODE["complaints_30d"].measure(facts)
        assert share.value[0] != share.value[0], "one complaint is no share"
        assert number(closed, "complaints_open") == 1
        reply(desk, NEXT, le="2025-10-15")
        assert number(closed, "complaints_open") != 0, "nobody knows whether others wait"
    context.close_databases()


def test_a_state_that_follows_what_changed_is_the_state_that_is_read_anew(counter, closed):
    from tests.network_states import differences

    with closed.engine.connect() as connection:
        before = load_network_state(connection)
    note(counter)
    reply(counter)
    with closed.engine.connect() as connection:
        followed, anew = load_network_state(connection, before), load_network_state(connection)
    assert differences(followed, anew) == []


# --- who sees and says it -------------------------------------------------------------------------------------------
def _person(closed, name: str, role: Role, **places) -> Person:
    places = places or {"sites": frozenset({COVE})}
    return Person(name, role, id=closed.held(name).id, **places)


def test_the_director_s_list_and_figures_follow_at_once(counter, closed):
    boss = Person("directrice", Role.DIRECTOR, departments=frozenset({"Zou"}), id="d")
    question = Question(FIRST, LAST, departments=("Zou",))

    def listed() -> list[str]:
        return complaint_register.open_rows(boss, question).reference.tolist()

    assert listed() == [OPEN, OPEN_TOO]
    reply(counter)
    note(counter)
    assert listed() == [OPEN_TOO, NEXT]
    assert complaint_register.register_now(boss, question).is_open.sum() == 2


def test_each_says_it_for_his_own_sites_alone(counter, closed):
    rows = register(closed)
    kandi = desk_of(closed, "pf.kandi", Role.FOCAL_POINT, sites=[KANDI])
    assert OPEN not in kandi.page(PLAINTES).text
    for path in (PLAINTES, NOTER, f"{REPONDRE}"):
        page = kandi.page(f"{path}?{urlencode({'centre': COVE, 'plainte': OPEN})}")
        assert page.status == 403 and OPEN not in page.text
    assert note(kandi).status == reply(kandi).status == 403
    boss = desk_of(closed, "dir.zou", Role.DIRECTOR, departments=["Zou"])
    assert "Noter une plainte" not in boss.page().text
    token = boss.token(boss.page(f"/remonter/jours?centre={COVE}"))
    assert note(boss, jeton=token).status == reply(boss, jeton=token).status == 403
    assert boss.page(PLAINTES).status == 403
    assert desk_of(closed, "cab", Role.CABINET).page(PLAINTES).status == 404
    assert register(closed) == rows
    receipt = re.search(r"/remonter/recu/\d+", note(counter).text)[0]
    seen = boss.page(receipt)
    assert seen.status == 200 and NEXT in seen.text and "Annuler" not in seen.text
    assert kandi.page(receipt).status == 404


def test_a_data_manager_says_it_for_any_site_and_chooses_it_first(counter, closed):
    manager = desk_of(closed, "gestion", Role.DATA_MANAGER)
    assert heading(manager.page(NOTER)) == "Quel centre a reçu la plainte ?"
    page = manager.page(PLAINTES)
    assert OPEN in page.text and f"Accueil, {COVE_NAME}" in words(page)
    assert OPEN in manager.page(f"{PLAINTES}?centre={COVE}").text
    assert OPEN not in manager.page(f"{PLAINTES}?centre={KANDI}").text
    assert heading(note(manager)).startswith("C'est noté.")
    assert heading(reply(manager)).startswith("C'est noté.")


@pytest.mark.parametrize("send", [note, reply])
def test_a_form_without_its_token_says_nothing(counter, closed, send):
    before = register(closed)
    assert send(counter, jeton="0" * 64).status == 403
    assert register(closed) == before


def test_a_form_sent_to_the_list_itself_does_nothing(counter, closed):
    before = register(closed)
    assert counter.fill(PLAINTES, centre=COVE, plainte=OPEN).status == 404
    assert counter.page(f"{PLAINTES}/ailleurs").status == 404
    assert register(closed) == before


def test_a_receipt_does_not_keep_a_reference_beyond_its_term(counter, closed):
    """It stands in the complaint alone."""
    page = note(counter)
    assert NEXT in page.text
    with write_transaction(closed.engine) as connection:
        erased = "UPDATE complaint SET reference = NULL, retained = :yes WHERE reference = :name"
        connection.execute(text(erased), {"yes": True, "name": NEXT})
    page = counter.page(re.search(r"/remonter/recu/\d+", page.text)[0])
    assert page.status == 200 and NEXT not in page.text
