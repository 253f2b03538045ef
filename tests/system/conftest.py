"""What stands on a server, here on ports and in folders of its own: two applications behind nginx, as deploy/ sets them up."""

import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPSConnection
from http.cookies import SimpleCookie
from pathlib import Path
from socket import create_connection
from urllib.parse import urlencode

import pytest
import trustme

from dashboard.settings import ROOT
from tests.browser import served

NAME = "tableau.example.bj"
APPLICATIONS = {"01": 8501, "02": 8502}
HEAD = "pid {at}/pid;\nerror_log {at}/error.log;\nevents {{}}\nhttp {{\n{temporary}\ninclude {at}/ccsp.conf;\n}}\n"


def nginx_files(folder: Path, ports: dict[int, int], certificate: trustme.LeafCert) -> Path:
    """deploy/nginx/ccsp.conf on these ports and with a certificate; gives the file that nginx is started with."""
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    text = (ROOT / "deploy/nginx/ccsp.conf").read_text(encoding="utf-8")
    text = text.replace("/etc/ccsp/certificat.pem", str(folder / "cert.pem"))
    text = text.replace("/etc/ccsp/certificat.key", str(folder / "key.pem"))
    text = re.sub(r"^ +listen \[::\].*\n", "", text, flags=re.MULTILINE)
    for before, now in ports.items():
        text = re.sub(rf"(127\.0\.0\.1:|listen ){before}\b", rf"\g<1>{now}", text)
    text = text.replace("listen ", "listen 127.0.0.1:")
    (folder / "ccsp.conf").write_text(text, encoding="utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "nginx.conf").write_text(HEAD.format(at=folder, temporary=temporary))
    return folder / "nginx.conf"


@dataclass
class Reader:
    """A browser that speaks https with nginx, and keeps cookies."""

    port: int
    trusted: ssl.SSLContext
    cookies: dict[str, str] = field(default_factory=dict)
    said: str = ""  # the page that answered last

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: str = "",
        host: str = NAME,
        kind: str = "application/x-www-form-urlencoded",
        halfway: Callable[[], None] | None = None,
    ) -> tuple[int, str]:
        """The status and the text of an answer. kind: of the body; halfway: what happens once half of it was sent."""
        line = HTTPSConnection("127.0.0.1", self.port, timeout=30, context=self.trusted)
        line.sock = self.trusted.wrap_socket(
            create_connection(("127.0.0.1", self.port), 30), server_hostname=host
        )
        headers = {
            "Host": host,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Accept": "text/html",
            "Origin": f"https://{NAME}",
            "Sec-Fetch-Site": "same-origin",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document",
            "Content-Type": kind,
        }
        sent = body.encode()
        line.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in {**headers, "Content-Length": str(len(sent))}.items():
            line.putheader(name, value)
        line.endheaders(sent[: len(sent) // 2])
        if halfway:
            time.sleep(0.5)
            halfway()
        line.send(sent[len(sent) // 2 :])
        answer = line.getresponse()
        text = answer.read().decode(errors="replace")
        for said in answer.headers.get_all("set-cookie") or ():
            for name, morsel in SimpleCookie(said).items():
                self.cookies[name] = morsel.value
        line.close()
        self.said = text
        return answer.status, text

    def send(self, path: str, **fields: str) -> int:
        """Fill in the form of a page and send it; gives the status of the answer."""
        _, page = self.ask(path)
        _, _, rest = page.partition('name="jeton" value="')
        return self.ask(path, "POST", urlencode({"jeton": rest.split('"')[0], **fields}))[0]

    def enter(self, name: str, received: str, password: str) -> None:
        """Sign in for the first time, and choose a password."""
        assert self.send("/connexion", nom=name, mot_de_passe=received) == 303
        fields = {"mot_de_passe": received, "nouveau": password, "encore": password}
        assert self.send("/mot-de-passe", **fields) == 303


@dataclass
class Server:
    """Two applications behind nginx. processes: by the number that the cookie says."""

    processes: dict[str, subprocess.Popen]
    port: int
    url: str
    trusted: ssl.SSLContext

    start: Callable[[str], None]

    def reader(self) -> Reader:
        """Somebody new."""
        return Reader(self.port, self.trusted)

    def replace(self, number: str) -> None:
        """End an application in order, as `systemctl restart` does, and start it again, until it answers."""
        served.end(self.processes[number])
        self.start(number)


@pytest.fixture
def server(databases, tmp_path) -> Iterator[Server]:
    """Two applications on one fresh database with fictitious data, behind nginx."""
    if not shutil.which("nginx"):
        pytest.skip("nginx is not installed: apt install nginx")
    ports = {old: served.free_port() for old in (8501, 8502, 443, 80)}
    authority = trustme.CA()
    settings = {"PUBLIC_URL": f"https://{NAME}", "TRUSTED_PROXIES": "127.0.0.1"}
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    processes: dict[str, subprocess.Popen] = {}
    started = nginx_files(tmp_path, ports, authority.issue_cert(NAME))
    with databases.fresh(visits=6_000) as url:

        def start(number: str) -> None:
            log = tmp_path / f"log-{number}"
            port = ports[APPLICATIONS[number]]
            processes[number], _ = served.start(url, log, port=port, **settings)

        try:
            for number in APPLICATIONS:
                start(number)
            subprocess.run(["nginx", "-c", started], check=True, capture_output=True)
            yield Server(processes, ports[443], url, trusted, start)
        finally:
            subprocess.run(["nginx", "-c", started, "-s", "stop"], check=False, capture_output=True)
            for process in processes.values():
                served.end(process)
            until = time.monotonic() + 10
            while (tmp_path / "pid").exists() and time.monotonic() < until:
                time.sleep(0.05)
