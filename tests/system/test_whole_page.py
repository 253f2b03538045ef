"""docs/exploitation.md typed from its first line to its last on a Debian of its own, started by systemd: installed, opened by
https, copied, put back, upgraded and gone back with data, watched, restarted, moved to another server.

It needs root and the network, by which packages and libraries come; where it cannot be it says so.
"""

import re
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.settings import ROOT
from db.schema import MIGRATIONS, newest_revision
from tests.system import machine
from tests.system.conftest import Reader

PAGE = (ROOT / "docs/exploitation.md").read_text(encoding="utf-8")
PASSWORD = "quatre mots bien à lui"
INSTALLED_WITHIN, BACK_WITHIN = 600, 300  # seconds: what the page is promised to take
NEXT = f"{int(newest_revision()) + 1:04}"
# What a release to come may bring: a table of its own, after what is there.
MIGRATION = f'''"""A table of the next release"""
import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{newest_revision()}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("of_the_next_release", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade() -> None:
    op.drop_table("of_the_next_release")
'''
SECTIONS = {
    title: [
        [line for line in block.splitlines() if line]
        for block in re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    ]
    for title, text in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
}


def git(*arguments: str | Path, at: Path) -> str:
    """What git says."""
    who = (
        "-c",
        "user.name=essai",
        "-c",
        "user.email=essai@example.org",
        "-c",
        "advice.detachedHead=false",
    )
    done = subprocess.run(
        ["git", *who, *arguments], cwd=at, check=True, capture_output=True, text=True
    )
    return done.stdout


def releases(at: Path) -> None:
    """Two releases in a repository at `at`: what is here, and the same with a change of the tables."""
    git("clone", "--quiet", "--no-local", ROOT, at / "work", at=at)
    work = at / "work"
    git("tag", "v0.1.0", at=work)
    where = work / MIGRATIONS.relative_to(ROOT) / "versions" / f"{NEXT}_next_release.py"
    where.write_text(MIGRATION)
    git("add", where, at=work)
    git("commit", "--quiet", "--message", "The next release", at=work)
    git("tag", "v0.2.0", at=work)
    git("clone", "--quiet", "--bare", work, at / "ccsp.git", at=at)


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[machine.Machine]:
    """The machine, with the releases where the page finds them."""
    if why := machine.missing():
        pytest.skip(f"la page entière n'est pas essayée : {why}")
    at = tmp_path_factory.mktemp("server")
    releases(at)
    with machine.started(at / "root") as running:
        (at / "ccsp.git").rename(at / "root/root/ccsp.git")
        yield running


def section(server: machine.Machine, title: str) -> str:
    """Type the commands of a section of the page; gives what they said."""
    said = []
    for line in (line for block in SECTIONS[title] for line in block):
        begun = time.monotonic()
        said.append(server.type(line))
        print(f"{time.monotonic() - begun:6.1f} s  {line}")
    return "\n".join(said)


def reader(server: machine.Machine) -> Reader:
    """A browser at the machine itself, that trusts its certificate."""
    kept = server.root / "etc/ccsp/certificat.pem"
    return Reader(443, ssl.create_default_context(cafile=str(kept)))


def wait_ready(server: machine.Machine) -> None:
    """Until both applications are ready again."""
    for port in (9501, 9502):
        line = "curl --silent --fail --retry 60 --retry-delay 1 --retry-all-errors"
        done = server.ask(f"{line} http://127.0.0.1:{port}/readyz")
        assert done.returncode == 0, done.stdout + server.ask("journalctl --no-pager -n 60").stdout


def count(server: machine.Machine) -> str:
    """How many visits the database holds, and its version."""
    asked = "SELECT count(*) FROM visit; SELECT version_num FROM alembic_version"
    return server.ask(f'runuser -u postgres -- psql -At -d ccsp -c "{asked}"').stdout


def sign_in(server: machine.Machine, user: Reader) -> tuple[int, str]:
    """The opening page, for somebody who has signed in."""
    return server.inside(lambda: user.ask("/"))


def sign_in_again(server: machine.Machine, user: Reader) -> int:
    """Sign in once more by the password; gives the status of the opening page then."""
    fields = {"nom": "admin", "mot_de_passe": PASSWORD}
    assert server.inside(lambda: user.send("/connexion", **fields)) == 303
    return sign_in(server, user)[0]


@pytest.fixture(scope="module")
def administrator(server) -> Reader:
    """The server as a newcomer has it after the page's commands up to « Tout est-il là ? », and he who signed in at it."""
    begun = time.monotonic()
    for title in ("Installer", "La base"):
        section(server, title)
    said = section(server, "Les réglages, et la première entrée")
    for title in ("Démarrer", "nginx"):
        section(server, title)
    server.type("systemctl start ccsp-copie")
    took = time.monotonic() - begun
    print(f"installed, open and copied after {took:.0f} s of commands")
    assert took < INSTALLED_WITHIN
    password = said.split()[-1]
    user = reader(server)
    server.inside(lambda: user.enter("admin", password, PASSWORD))
    return user


def test_a_newcomer_has_it_within_ten_minutes_and_signs_in(server, administrator):
    status, page = sign_in(server, administrator)
    assert status == 200 and "ccsp-shell" in page
    newcomer = reader(server)
    assert "Se connecter" in server.inside(lambda: newcomer.ask("/connexion"))[1]


def test_nothing_is_missing_then_but_a_clock_that_a_folder_has_not(server, administrator):
    assert SECTIONS["Tout est-il là ?"] == [
        ["systemctl start ccsp-copie", "ccsp dashboard check-server"]
    ]
    said = server.ask("ccsp dashboard check-server").stdout
    left = [line for line in said.splitlines() if line.startswith("à faire")]
    # The clock of a machine in a folder is that of the one around it.
    assert len(left) <= 1 and all("L'heure de la machine" in line for line in left), said


def test_the_units_protect_what_they_start(server, administrator):
    """As systemd applies them: nothing but its own folders can be written, and no home is seen."""
    of_unit = server.ask("systemctl show --property=MainPID --value ccsp@01").stdout.strip()
    within = f"nsenter --target {of_unit} --mount setpriv --reuid=ccsp --regid=ccsp --init-groups"
    for place in ("/etc/ccsp/essai", "/opt/ccsp/actuelle/essai", "/usr/essai"):
        assert server.ask(f"{within} touch {place}").returncode != 0, place
    for place in ("/var/lib/ccsp/essai", "/opt/ccsp/actuelle/static/essai"):
        assert server.ask(f"{within} touch {place} && rm {place}").returncode == 0, place
    assert server.ask(f"{within} ls /root").returncode != 0
    said = server.ask(f"grep -E '^(NoNewPrivs|CapBnd)' /proc/{of_unit}/status").stdout.split()
    assert said == ["CapBnd:", "0" * 16, "NoNewPrivs:", "1"]
    assert server.ask("stat --format=%U /proc/" + of_unit).stdout.strip() == "ccsp"


def test_an_application_that_is_killed_is_there_again_and_its_reader_goes_on(server, administrator):
    mine = administrator.cookies["ccsp_application"]
    before = server.ask(f"systemctl show --property=MainPID --value ccsp@{mine}").stdout
    server.type(f"systemctl kill --signal=KILL ccsp@{mine}")
    begun = time.monotonic()
    status, page = sign_in(server, administrator)
    assert status == 200 and "ccsp-shell" in page and time.monotonic() - begun < 5
    wait_ready(server)
    assert server.ask(f"systemctl show --property=MainPID --value ccsp@{mine}").stdout != before


def test_the_copy_is_made_proved_and_put_back(server, administrator):
    before = count(server)
    said = section(server, "Copier, prouver, remettre")
    assert "prouvee" in said
    assert count(server) == before
    wait_ready(server)
    assert sign_in_again(server, administrator) == 200


def test_it_is_upgraded_and_goes_back_with_its_data(server, administrator):
    before, [forth, back] = count(server), SECTIONS["Mettre à jour, revenir"]
    for line in forth:
        server.type(line)
    wait_ready(server)
    visits, version = before.split()
    assert count(server).split() == [visits, NEXT]
    assert sign_in(server, administrator)[0] == 200
    begun = time.monotonic()
    for line in back:
        server.type(line)
    wait_ready(server)
    took = time.monotonic() - begun
    print(f"gone back in {took:.0f} s")
    assert took < BACK_WITHIN
    assert count(server).split() == [visits, version]
    assert sign_in_again(server, administrator) == 200


def test_what_watches_it_is_there(server, administrator):
    section(server, "Veiller")
    for _ in range(60):
        asked = "curl --silent 'http://127.0.0.1:9090/api/v1/query?query=ccsp_ready'"
        if (said := server.ask(asked).stdout).count('"1"') == 2:
            break
        time.sleep(2)
    assert said.count('"1"') == 2, said
    rules = server.ask("curl --silent http://127.0.0.1:9090/api/v1/rules").stdout
    assert "CopieNonProuvee" in rules
    lines = server.ask("journalctl --no-pager --unit 'ccsp@*'").stdout
    assert "Tableau de bord CCSP : " in lines and "admin" not in lines


def test_all_of_it_comes_back_when_the_machine_is_started_anew(server, administrator):
    server.stop()
    server.start()
    wait_ready(server)
    assert sign_in(server, administrator)[0] == 200
    timers = server.ask("systemctl list-timers --no-pager --no-legend").stdout
    assert "ccsp-copie.timer" in timers and "ccsp-retention.timer" in timers


def test_a_new_server_takes_over_the_last_copy(server, administrator):
    before = count(server)
    server.type("systemctl stop ccsp@01 ccsp@02")
    server.type("install -d -o ccsp -g ccsp /srv/apporte")
    server.type("cp -a /var/lib/ccsp/copies/. /srv/apporte/ && rm -rf /var/lib/ccsp/copies/*")
    server.type("runuser -u postgres -- dropdb --force ccsp")
    server.type("runuser -u postgres -- createdb --owner ccsp ccsp")
    copies = sorted((server.root / "srv/apporte").glob("*-nuit-*.dump"))
    erased = sorted((server.root / "srv/apporte").glob("effacements-*.json"))
    [[line]] = SECTIONS["Changer de serveur"]
    line = line.replace("COPIE", f"/srv/apporte/{copies[-1].name}")
    if not erased:  # nothing ever was
        line = line.partition(" --erased")[0]
    line = line.replace("effacements-….json", f"/srv/apporte/{erased[-1].name}" if erased else "")
    server.type(line)
    server.type("systemctl start ccsp@01 ccsp@02")
    wait_ready(server)
    assert count(server) == before
    assert sign_in_again(server, administrator) == 200  # « chacun se connecte de nouveau »


def test_every_command_of_the_page_was_typed(server, administrator):
    """Those of blocks, but for two machines (test_standby.py); of two ways to have a certificate the page says one in words."""
    typed = set(server.typed)
    one = {title: blocks for title, blocks in SECTIONS.items() if title != "Deux machines"}
    left = [line for blocks in one.values() for block in blocks for line in block]
    assert [line for line in left if line not in typed and "COPIE" not in line] == [
        "ccsp dashboard check-server"  # asked above, where one thing may be left to do
    ]
