"""A client of the gateway, as any other front end would write it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect

from glasswork_cli.failures import Failure

TERMINAL = {"SUCCEEDED", "FAILED", "CANCELLED"}
POLL_SECONDS = 0.1
RESTART_SECONDS = 60.0


class Client:
    """Requests to one gateway; an answer that is no becomes a Failure with the gateway's words.

    Args:
        url: address of the gateway.
        token: its token.
    """

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._token = token
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=f"{url}/api/v1", headers=headers, timeout=300.0, trust_env=False)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def health(self) -> dict[str, Any]:
        """Return the health of gateway and services."""
        return self.get("/health")

    def wait_until_healthy(self, seconds: float) -> None:
        """Wait until every service serves.

        Raises:
            Failure: it took longer.
        """
        deadline = time.monotonic() + seconds
        told = "no answer"
        while time.monotonic() < deadline:
            try:
                answer = self._http.get("/health").json()
                if answer["status"] == "ok":
                    return
                told = json.dumps(answer["services"])
            except (httpx.TransportError, ValueError):
                pass
            time.sleep(POLL_SECONDS)
        raise Failure(f"The services are not ready after {seconds:.0f} s: {told}. Run `glasswork doctor`.")

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        """GET a JSON object."""
        # No parameters at all, rather than none: those would take the place of a query in the path.
        given = {k: v for k, v in parameters.items() if v is not None} or None
        return self._json(self._http.get(path, params=given))

    def post(self, path: str, body: Any = None) -> dict[str, Any]:
        """POST a JSON object and return one."""
        return self._json(self._http.post(path, json=body if body is not None else {}))

    def put(self, path: str, body: Any, **headers: str) -> dict[str, Any]:
        """PUT a JSON object and return one."""
        return self._json(self._http.put(path, json=body, headers=headers))

    def upload(self, file: Path) -> dict[str, Any]:
        """Upload a data file as a dataset."""
        with file.open("rb") as handle:
            return self._json(self._http.post("/datasets", files={"file": (file.name, handle)}))

    def download(self, path: str, target: Path) -> int:
        """GET bytes into a file, written aside and renamed; return how many."""
        aside = target.with_name(target.name + ".part")
        with self._http.stream("GET", path) as answer:
            if answer.is_error:
                answer.read()
                self._json(answer)
            with aside.open("wb") as handle:
                for chunk in answer.iter_bytes():
                    handle.write(chunk)
        aside.replace(target)
        return target.stat().st_size

    def items(self, path: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Return every item of a list, page by page."""
        token: str | None = None
        while True:
            answer = self.get(path, page_token=token, **parameters)
            yield from answer["items"]
            token = answer.get("next_page_token") or None
            if token is None:
                return

    def job(self, path: str) -> dict[str, Any]:
        """Wait for a job and return it.

        Raises:
            Failure: the job failed.
        """
        while True:
            job = self.get(path)
            if job["state"] in TERMINAL:
                if job["state"] != "SUCCEEDED":
                    error = job.get("error") or {}
                    raise Failure(error.get("message") or f"The job ended {job['state']}.")
                return job
            time.sleep(POLL_SECONDS)

    def events(self, run: str, after: int = 0) -> Iterator[dict[str, Any]]:
        """Yield the events of a run until it has ended, over as many connections as it takes."""
        address = f"{self.url.replace('http', 'ws', 1)}/api/v1/runs/{run}/events"
        headers = {"Authorization": f"Bearer {self._token}"}
        while True:
            try:
                with connect(f"{address}?after={after}", additional_headers=headers, proxy=None) as socket:
                    for message in socket:
                        event = json.loads(message)
                        if event["kind"] == "error":
                            raise Failure(event["detail"])
                        after = event["sequence"]
                        yield event
            except (ConnectionClosed, InvalidHandshake, OSError, TimeoutError):
                time.sleep(0.5)
            state = self.patiently(f"/runs/{run}")
            if state["state"] in TERMINAL and state.get("last_sequence", after) <= after:
                return

    def patiently(self, path: str) -> dict[str, Any]:
        """GET while a service is being started again."""
        deadline = time.monotonic() + RESTART_SECONDS
        while True:
            try:
                answer = self._http.get(path)
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
            else:
                if answer.status_code not in (502, 503, 504) or time.monotonic() > deadline:
                    return self._json(answer)
            time.sleep(0.5)

    def _json(self, answer: httpx.Response) -> dict[str, Any]:
        try:
            body = answer.json() if answer.content else {}
        except ValueError:
            body = {}
        if answer.is_error:
            raise Failure(
                body.get("detail") or f"The gateway answered {answer.status_code} to {answer.request.url.path}."
            )
        return body if isinstance(body, dict) else {"items": body}
