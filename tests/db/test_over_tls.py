"""A database at another machine is asked over TLS alone, and by no server but one whose certificate is known; seen by what such a
server hears."""

import os
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import trustme
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from db import postgresql_dump
from db.engine import make_engine, tls_options
from db.error_messages import sentence
from tests.moved_time import LONG

pytestmark = pytest.mark.both_databases

ELSEWHERE = (
    "127.0.0.2"  # an address that is none of this machine's own, as far as the application knows
)
WANTS_TLS = (8).to_bytes(4, "big") + (80_877_103).to_bytes(4, "big")


@contextmanager
def server(certificate: trustme.LeafCert | None) -> Iterator[tuple[int, list[bytes]]]:
    """Its port, and what it is told: in clear, or by TLS where it has a certificate. It lets nobody in."""
    heard: list[bytes] = []
    with socket.create_server((ELSEWHERE, 0)) as door:

        def listen() -> None:
            line, _ = door.accept()
            with line, suppress(OSError):
                line.settimeout(LONG)
                heard.append(line.recv(100))
                line.sendall(b"N" if certificate is None else b"S")
                if certificate:
                    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                    certificate.configure_cert(context)
                    line = context.wrap_socket(line, server_side=True)
                heard.append(line.recv(100))
                line.close()

        thread = threading.Thread(target=listen)
        thread.start()
        yield door.getsockname()[1], heard
        thread.join()


def told(url: str) -> str:
    """What is said of a database that cannot be had."""
    engine = make_engine(url)
    with pytest.raises(OperationalError) as refused, engine.connect():
        pass
    engine.dispose()
    return sentence(refused.value)


def test_a_server_elsewhere_without_tls_is_told_nothing():
    with server(None) as (port, heard):
        said = told(f"postgresql://compte:secret@{ELSEWHERE}:{port}/base")
    assert "ne parle pas TLS" in said and said.startswith("La base de données ne répond pas")
    assert [one for one in heard if one] == [WANTS_TLS]


@pytest.mark.parametrize("known", [True, False])
def test_a_server_elsewhere_is_told_who_asks_where_its_certificate_is_known(tmp_path, known):
    authority, another = trustme.CA(), trustme.CA()
    trusted = tmp_path / "autorite.pem"
    (authority if known else another).cert_pem.write_to_path(trusted)
    with server(authority.issue_cert(ELSEWHERE)) as (port, heard):
        said = told(f"postgresql://compte:secret@{ELSEWHERE}:{port}/base?sslrootcert={trusted}")
    assert any(b"compte" in one for one in heard) == known
    assert ("n'est pas reconnu" in said) != known


@pytest.mark.skipif(os.name == "nt", reason="a program that is a script of a shell")
def test_postgresql_s_programs_are_told_the_same(tmp_path, monkeypatch):
    program = tmp_path / "pg_dump"
    program.write_text('#!/bin/sh\nprintf %s "$PGSSLMODE"\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("PGSSLMODE", raising=False)
    for address, said in (
        ("postgresql://u@base.example.bj/b", b"verify-full"),
        ("postgresql:///b", b""),
    ):
        engine = make_engine(address)
        with postgresql_dump._program("pg_dump", engine=engine, stdout=subprocess.PIPE) as running:
            assert running.stdout.read() == said
        engine.dispose()


@pytest.mark.parametrize(
    ("address", "over"),
    [
        ("postgresql:///b", False),
        ("postgresql://u@localhost/b", False),
        ("postgresql://u@[::1]:5432/b", False),
        ("postgresql:///b?host=/run/postgresql", False),
        ("postgresql://u@base.example.bj/b?sslmode=disable", False),
        ("postgresql://u@base.example.bj/b", True),
        ("postgresql:///b?host=10.0.0.4:5432", True),
        ("postgresql:///b?host=/run/postgresql&host=10.0.0.4", True),
    ],
)
def test_what_the_address_says_itself_counts_and_this_machine_needs_none(address, over):
    assert tls_options(make_url(address)) == ({"sslmode": "verify-full"} if over else {})
