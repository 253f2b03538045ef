"""A copy is proved by putting it back apart: what was changed, cut short, or is of another database is refused, and said."""

import json
import stat
import subprocess
import tempfile
import threading
from datetime import date, timedelta
from pathlib import Path

import pytest

from dashboard.period import today
from db import backup, copy_encryption, copy_proof, nightly_copies, retention
from db.__main__ import main
from db.copy_proof import PRINTS, PROVED, beside
from db.database_identity import begin_anew
from db.engine import make_engine
from db.write import Refused
from db.write_lock import write_transaction
from tests.builders import Office, closing, complaint, monthly, visit, waited

pytestmark = pytest.mark.usefixtures("programs_of_the_server")


@pytest.fixture
def filled(office) -> Office:
    """A database with something in it of each kind, and an identity of its own."""
    with write_transaction(office.engine) as connection:
        begin_anew(connection, office.engine)
    office.hand_in("registre", *(waited(m, ref=str(m)) for m in range(30)), visit())
    office.hand_in("plaintes", complaint("P1", subject="attente", resolved="2025-03-20"))
    office.hand_in("cloture", closing())
    office.hand_in("canevas", monthly(received=2, reasons="attente"))
    return office


@pytest.fixture
def copy(filled, tmp_path) -> Path:
    """A copy of it, by `backup`."""
    path = tmp_path / "copie"
    backup.backup(filled.engine, path)
    return path


def refused(office: Office, copy: Path) -> str:
    """Why a copy is not proved."""
    with pytest.raises(Refused) as why:
        copy_proof.prove(office.engine, copy)
    assert not beside(copy, PROVED).exists()
    return str(why.value)


def test_a_copy_is_proved_and_nothing_of_the_trial_is_left(filled, copy, tmp_path):
    before = filled.contents()
    said = copy_proof.prove(filled.engine, copy)
    noted = json.loads(beside(copy, PROVED).read_text())
    assert said.startswith("Copie prouvée") and noted["rows"] > 30 and noted["tables"] > 20
    assert filled.contents() == before
    kept = sorted(path.name for path in (tmp_path / "copies").iterdir())
    assert all(name.startswith("effacements-") for name in kept), kept
    for ending in (PRINTS, PROVED):
        assert stat.S_IMODE(beside(copy, ending).stat().st_mode) == 0o600
    if filled.engine.dialect.name == "postgresql":
        left = filled.rows("SELECT datname FROM pg_database WHERE datname LIKE 'ccsp_preuve%'")
        assert left == []


def test_its_prints_are_those_of_the_database_itself(filled, copy):
    prints = copy_proof.read_prints(copy)
    with filled.engine.connect() as connection:
        assert copy_proof.fingerprints(connection) == prints.tables
        [(visits,)] = filled.rows("SELECT count(*) FROM visit")
    assert prints.tables["visit"][0] == visits == 31
    filled.hand_in("registre", visit(ref="après"))
    with filled.engine.connect() as connection:
        assert "visit" in " ".join(
            copy_proof.differences(prints.tables, copy_proof.fingerprints(connection))
        )
    copy_proof.prove(filled.engine, copy)  # the copy is as good as it was


def test_one_bit_that_changed_is_refused(filled, copy):
    content = bytearray(copy.read_bytes())
    content[len(content) // 2] ^= 1
    copy.write_bytes(content)
    assert "a changé depuis" in refused(filled, copy)


def test_a_copy_that_was_cut_short_is_refused_with_how_much_is_left(filled, copy):
    copy_proof.prove(filled.engine, copy)
    copy.write_bytes(copy.read_bytes()[:-1_000])
    assert "est coupé" in refused(filled, copy)  # and what said that it was proved is gone


def test_a_copy_of_another_database_is_refused(filled, copy, databases, tmp_path):
    with databases.fresh() as url:
        other = Office(make_engine(url), tmp_path)
        with write_transaction(other.engine) as connection:
            begin_anew(connection, other.engine)
        assert "la copie d'une autre base" in refused(other, copy)
        backup.backup(other.engine, tmp_path / "autre")
        beside(tmp_path / "autre", PRINTS).replace(beside(copy, PRINTS))
        assert "a changé depuis" in refused(filled, copy) or "coupé" in refused(filled, copy)
        other.engine.dispose()


def test_a_copy_without_its_prints_or_with_false_ones_is_refused(filled, copy):
    prints = beside(copy, PRINTS)
    said = json.loads(prints.read_text())
    said["tables"]["visit"][0] += 1
    prints.write_text(json.dumps(said))
    assert "visit : 31 lignes au lieu de 32" in refused(filled, copy)
    said["tables"]["visit"] = [31, "0" * 64]
    prints.write_text(json.dumps(said))
    assert "visit : d'autres valeurs" in refused(filled, copy)
    prints.write_text("{")
    assert "pas lisible" in refused(filled, copy)
    prints.unlink()
    assert "python -m db backup" in refused(filled, copy)


def test_a_copy_without_words_is_proved_too(filled, tmp_path):
    backup.backup(filled.engine, tmp_path / "sans", words=False)
    assert copy_proof.read_prints(tmp_path / "sans").tables["complaint_text"][0] == 0
    copy_proof.prove(filled.engine, tmp_path / "sans")


def test_a_copy_made_while_files_come_in_is_of_one_moment(filled, tmp_path):
    stop = threading.Event()

    def write_on():
        for i in range(200):
            filled.hand_in("registre", visit(ref=f"suite-{i}"), name=f"suite-{i}.csv")
            if stop.is_set():
                return

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        copies = [tmp_path / f"copie-{i}" for i in range(3)]
        for one in copies:
            backup.backup(filled.engine, one)
    finally:
        stop.set()
        writer.join()
    for one in copies:
        copy_proof.prove(filled.engine, one)


def test_the_command_says_it_and_ends_as_it_should(filled, copy, command):
    said = command(main, "prove", copy)
    assert said.code == 0 and said.out.startswith("Copie prouvée")
    copy.write_bytes(copy.read_bytes()[:-1])
    said = command(main, "prove", copy)
    assert said.code == 1 and said.err.startswith("Refusé :") and "coupé" in said.err
    assert command(main, "backup", "x", "--keep", "7,5,12").code == 2
    with pytest.raises(SystemExit) as wrong:
        command(main, "backup", "--keep", "0,5,12")
    assert wrong.value.code == 2


# --- the copy of the night --------------------------------------------------------------------------------------------
def nights(folder: Path) -> list[str]:
    """The days of the nights' copies in a folder."""
    names = (
        path.name for path in folder.glob("*-nuit-*") if path.suffix in (".db", ".dump", ".age")
    )
    return sorted(name.split("-nuit-")[1][:10] for name in names)


def test_the_copy_of_the_night_is_dated_proved_and_brought_elsewhere(filled, command, tmp_path):
    second = tmp_path / "ailleurs"
    said = command(main, "backup", "--second", second)
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    assert [line.split()[0] for line in lines] == ["Copie", "Copie", "Au"]
    [here] = [p for p in (tmp_path / "copies").glob("*-nuit-*") if p.suffix in (".db", ".dump")]
    assert beside(here, PROVED).exists()
    assert (second / here.name).read_bytes() == here.read_bytes()
    assert {p.name for p in second.iterdir()} >= {here.name, here.name + PRINTS}
    assert [p.name for p in second.glob("effacements-*.json")]
    assert copy_proof.last_proof(tmp_path / "copies") is not None
    copy_proof.prove(filled.engine, second / here.name)


def test_older_copies_are_thinned_out_and_others_are_left_alone(tmp_path):
    of, day = "ccsp-0123abcd-nuit", today()
    for back in range(500):
        at = day - timedelta(days=back)
        path = tmp_path / f"{of}-{at}-020000-version-0021.db"
        path.touch()
        beside(path, PRINTS).touch()
    others = [
        tmp_path / f"ccsp-0123abcd-{day - timedelta(days=400)}-020000-version-0021.db",
        tmp_path / f"ccsp-ffffffff-nuit-{day - timedelta(days=400)}-020000-version-0021.db",
        tmp_path / "notes.txt",
    ]
    for path in others:
        path.touch()
    gone = nightly_copies.thin_out(tmp_path, of, (7, 5, 12))
    left = [date.fromisoformat(d) for d in nights(tmp_path) if d]
    mine = sorted(
        date.fromisoformat(p.name.split("-nuit-")[1][:10]) for p in tmp_path.glob(f"{of}-*.db")
    )
    assert gone == 500 - len(mine) and all(path.exists() for path in others)
    assert mine[-7:] == [day - timedelta(days=back) for back in range(6, -1, -1)]
    assert len({d.isocalendar()[:2] for d in mine}) >= 5
    assert len({(d.year, d.month) for d in mine}) == 12 and len(mine) <= 7 + 5 + 12
    assert len(list(tmp_path.glob(f"{of}-*{PRINTS}"))) == len(mine)
    assert left


def test_the_last_proved_copy_stays_whatever_its_age(tmp_path):
    of = "ccsp-0123abcd-nuit"
    old = tmp_path / f"{of}-2020-01-01-020000-version-0021.db"
    for path in (old, beside(old, PROVED), tmp_path / f"{of}-{today()}-020000-version-0021.db"):
        path.touch()
    nightly_copies.thin_out(tmp_path, of, (7, 5, 12))
    assert old.exists()
    beside(old, PROVED).unlink()
    nightly_copies.thin_out(tmp_path, of, (7, 5, 12))
    assert not old.exists()


def test_a_copy_that_is_not_proved_deletes_nothing(filled, command, monkeypatch, tmp_path):
    copies = tmp_path / "copies"
    command(main, "backup")
    [first] = [p for p in copies.glob("*-nuit-*") if p.suffix in (".db", ".dump")]
    old = first.with_name(first.name.replace(first.name.split("-nuit-")[1][:10], "2020-01-01"))
    old.write_bytes(first.read_bytes())
    first.unlink()
    monkeypatch.setattr(copy_proof, "differences", lambda _were, _are: ["visit : abîmée"])
    said = command(main, "backup")
    assert said.code == 1 and "visit : abîmée" in said.err and old.exists()


# --- encrypted --------------------------------------------------------------------------------------------------------
def test_the_second_copy_is_encrypted_by_age_and_is_itself_again(filled, command, tmp_path):
    if not copy_encryption.shutil.which("age-keygen"):
        pytest.skip("age is not installed: apt install age")
    made = subprocess.run(
        ["age-keygen", "-o", tmp_path / "cle"], capture_output=True, text=True, check=True
    )
    public = made.stderr.split()[-1]
    second = tmp_path / "ailleurs"
    said = command(main, "backup", "--second", second, "--encrypt", public)
    assert said.code == 0 and "chiffrée" in said.out, said.err
    [sealed] = second.glob("*.age")
    assert stat.S_IMODE(sealed.stat().st_mode) == 0o600
    assert not list(second.glob("*.db")) and not list(second.glob("*.dump"))
    opened = sealed.with_suffix("")
    subprocess.run(["age", "-d", "-i", tmp_path / "cle", "-o", opened, sealed], check=True)
    copy_proof.prove(filled.engine, opened)
    assert b"age-encryption.org" in sealed.read_bytes()[:40]


def test_the_second_copy_is_encrypted_by_gnupg(filled, command, monkeypatch, tmp_path):
    if not copy_encryption.shutil.which("gpg"):
        pytest.skip("GnuPG is not installed: apt install gnupg")
    home = Path(tempfile.mkdtemp(prefix="ccsp-gpg-", dir="/tmp"))  # a socket's path must be short
    monkeypatch.setenv("GNUPGHOME", str(home))
    try:
        subprocess.run(
            [
                "gpg",
                "--batch",
                "--passphrase",
                "",
                "--quick-gen-key",
                "copies@example.bj",
                "default",
                "default",
            ],
            check=True,
            capture_output=True,
        )
        second = tmp_path / "ailleurs"
        said = command(main, "backup", "--second", second, "--encrypt", "copies@example.bj")
        assert said.code == 0, said.err
        [sealed] = second.glob("*.gpg")
        opened = sealed.with_suffix("")
        subprocess.run(
            ["gpg", "--batch", "--quiet", "--output", opened, "--decrypt", sealed],
            check=True,
            capture_output=True,
        )
        copy_proof.prove(filled.engine, opened)
        again = ("--into", tmp_path / "encore", "--second", second)
        said = command(main, "backup", *again, "--encrypt", "personne@example.bj")
        assert said.code == 1 and "n'a pas été chiffrée" in said.err
    finally:
        subprocess.run(["gpgconf", "--kill", "all"], check=False)
        copy_encryption.shutil.rmtree(
            home, ignore_errors=True
        )  # its agent ends, and removes sockets of its own


@pytest.mark.parametrize("recipient", ["--output=/etc/x", "age1", "-r", "x y", ""])
def test_what_is_no_recipient_is_none(recipient):
    with pytest.raises(Refused, match="ni une clé publique"):
        copy_encryption.check(recipient)


def test_a_missing_program_is_said_before_anything_is_copied(
    filled, command, monkeypatch, tmp_path
):
    monkeypatch.setattr(copy_encryption.shutil, "which", lambda _name: None)
    said = command(main, "backup", "--second", tmp_path / "b", "--encrypt", f"age1{'a' * 58}")
    assert said.code == 1 and "apt install age" in said.err
    assert nights(tmp_path / "copies") == []
    said = command(main, "backup", "--encrypt", f"age1{'a' * 58}")
    assert said.code == 1 and "--second" in said.err


def test_no_password_stands_on_a_command_line(filled, monkeypatch, tmp_path):
    """Whoever looks at the processes of the machine reads what they were started with."""
    if filled.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no password")
    seen = []
    started = subprocess.Popen.__init__
    monkeypatch.setattr(
        subprocess.Popen,
        "__init__",
        lambda self, command, *a, **k: (seen.append(command), started(self, command, *a, **k))[1],
    )
    secret = make_engine(
        filled.engine.url.set(password="tres-secret").render_as_string(hide_password=False)
    )
    backup.backup(secret, tmp_path / "copie")
    copy_proof.prove(secret, tmp_path / "copie")
    secret.dispose()
    words = [str(word) for command in seen for word in command]
    assert any("pg_dump" in word for word in words) and not any("tres-secret" in w for w in words)


def test_every_term_of_retention_can_be_noted(filled, command):
    """On PostgreSQL the name of a term has to fit into its column; what `retain` erases is noted there."""
    room = retention.Retention.__table__.c.what.type.length
    assert max(len(term.name) for term in retention.TERMS) <= room
    said = command(main, "retain", "--yes")
    assert said.code == 0, said.err
    noted = {what for (what,) in filled.rows("SELECT what FROM retention")}
    assert noted >= {term.name for term in retention.TERMS}
