"""TLS in front of Glasswork, with the very file that the documentation names."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.running import ROOT, TLS_NAME, Glasswork

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
OPENSSL = shutil.which("openssl")

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(not (NGINX and OPENSSL), reason="no nginx or no openssl here"),
]


@contextlib.contextmanager
def proxy(folder: Path, port: int, upstream: int) -> Iterator[Path]:
    """Run nginx with `deploy/nginx.conf`; give the certificate by which it is known."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subject = ["-subj", f"/CN={TLS_NAME}", "-addext", f"subjectAltName=DNS:{TLS_NAME}", "-days", "2"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(
        [str(OPENSSL), "req", "-x509", "-newkey", "rsa:2048", "-nodes", *files, *subject],
        check=True,
        capture_output=True,
    )
    site = (ROOT / "deploy" / "nginx.conf").read_text()
    for old, new in (
        ("listen 443", f"listen 127.0.0.1:{port}"),
        (f"/etc/letsencrypt/live/{TLS_NAME}/fullchain.pem", str(certificate)),
        (f"/etc/letsencrypt/live/{TLS_NAME}/privkey.pem", str(key)),
        ("http://127.0.0.1:8000", f"http://127.0.0.1:{upstream}"),
    ):
        assert old in site
        site = site.replace(old, new)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    main = f"pid {folder}/pid; error_log {folder}/log; events {{}} http {{ access_log off; {paths}\n{site}}}"
    (folder / "nginx.conf").write_text(main)
    process = subprocess.Popen([str(NGINX), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"])
    try:
        _await_port(port)
        yield certificate
    finally:
        process.terminate()
        process.wait(60)


def _await_port(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, "nginx does not listen"
            time.sleep(0.05)
        else:
            return


def test_page_api_and_sockets_work_through_tls(glasswork: Glasswork, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    with proxy(tmp_path, port, glasswork.running.port) as certificate:
        _use(port, certificate, glasswork.directory.token())


def _use(port: int, certificate: Path, token: str) -> None:
    trust = ssl.create_default_context(cafile=str(certificate))
    origin = f"https://{TLS_NAME}:{port}"
    headers = {"Host": f"{TLS_NAME}:{port}", "Origin": origin}
    with httpx.Client(base_url=f"https://127.0.0.1:{port}", verify=trust, headers=headers, trust_env=False) as client:
        # The name is looked up by nobody here: TLS and Host carry it, the connection goes to this machine.
        extensions = {"sni_hostname": TLS_NAME}
        assert client.get("/api/v1/models", extensions=extensions).status_code == 401
        answer = client.post("/api/v1/session", json={"token": token}, extensions=extensions)
        cookie = answer.headers["set-cookie"]
        assert "Secure" in cookie
        signed_in = {"Cookie": cookie.partition(";")[0]}
        body = {"name": "Through TLS", "template": "wine_table"}
        made = client.post("/api/v1/models", json=body, headers=signed_in, extensions=extensions)
        assert made.status_code == 201, made.text
        path = f"/api/v1/models/{made.json()['id']}/preview"
    raw = socket.create_connection(("127.0.0.1", port))
    address = f"wss://{TLS_NAME}:{port}{path}"
    shown = Origin(origin)
    with connect(address, sock=raw, ssl=trust, origin=shown, additional_headers=signed_in, proxy=None) as live:
        live.send(json.dumps({"revision": 1, "patch": []}))
        kinds = set()
        while "done" not in kinds:
            kinds.add(json.loads(live.recv(timeout=120))["kind"])
    assert kinds >= {"shapes", "preview", "done"}
