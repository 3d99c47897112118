from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from glasswork_cli.client import Client
from glasswork_cli.failures import Failure

MakeClient = Callable[[Callable[[httpx.Request], httpx.Response]], Client]


def one_after_the_other(*answers: httpx.Response | Exception) -> Callable[[httpx.Request], httpx.Response]:
    left: Iterator[httpx.Response | Exception] = iter(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        found = next(left)
        if isinstance(found, Exception):
            raise found
        return found

    return answer


def test_answer_that_is_no_becomes_a_failure_with_the_gateways_words(make_client: MakeClient) -> None:
    with pytest.raises(Failure, match=r"^There is no model\.$"):
        make_client(lambda _: httpx.Response(404, json={"detail": "There is no model."})).get("/models/x")
    with pytest.raises(Failure, match="The gateway answered 502 to /api/v1/models"):
        make_client(lambda _: httpx.Response(502, text="<html>")).get("/models")


def test_parameters_that_are_none_leave_the_path_alone(make_client: MakeClient) -> None:
    asked: list[str] = []

    def note(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json={})

    client = make_client(note)
    client.get("/runs?model=a", page_token=None)
    client.get("/runs", page_token="t")
    assert [url.partition("/api/v1")[2] for url in asked] == ["/runs?model=a", "/runs?page_token=t"]


def test_items_come_from_every_page(make_client: MakeClient) -> None:
    pages: dict[str | None, dict[str, Any]] = {
        None: {"items": [{"id": 1}, {"id": 2}], "next_page_token": "t"},
        "t": {"items": [{"id": 3}], "next_page_token": ""},
    }
    client = make_client(lambda request: httpx.Response(200, json=pages[request.url.params.get("page_token")]))
    assert [item["id"] for item in client.items("/runs")] == [1, 2, 3]


def test_job_is_waited_for_and_its_error_is_the_failure(make_client: MakeClient) -> None:
    states = [{"state": "RUNNING"}, {"state": "SUCCEEDED", "bytes": 7}]
    client = make_client(one_after_the_other(*(httpx.Response(200, json=state) for state in states)))
    assert client.job("/j")["bytes"] == 7
    for job, told in (({"error": {"message": "disk full"}}, "^disk full$"), ({}, "ended FAILED")):
        with pytest.raises(Failure, match=told):
            make_client(lambda _, job=job: httpx.Response(200, json={"state": "FAILED", **job})).job("/j")  # type: ignore[misc]


def test_restarting_service_is_asked_again_and_a_refusal_is_not(make_client: MakeClient) -> None:
    answers: list[httpx.Response | Exception]
    answers = [httpx.ConnectError("gone"), httpx.Response(503), httpx.Response(200, json={"state": "RUNNING"})]
    assert make_client(one_after_the_other(*answers)).patiently("/runs/r") == {"state": "RUNNING"}
    with pytest.raises(Failure, match="There is no run"):
        make_client(one_after_the_other(httpx.Response(404, json={"detail": "There is no run."}))).patiently("/runs/r")


def test_service_that_stays_away_is_told(make_client: MakeClient) -> None:
    with pytest.raises(Failure, match="answered 503"):
        make_client(lambda _: httpx.Response(503)).patiently("/runs/r")


def test_services_are_waited_for_until_all_serve(make_client: MakeClient) -> None:
    starting = {"status": "starting", "services": {"trainer": "starting"}}
    answers: list[httpx.Response | Exception]
    answers = [httpx.ConnectError("no"), httpx.Response(200, json=starting), httpx.Response(200, json={"status": "ok"})]
    make_client(one_after_the_other(*answers)).wait_until_healthy(60)
    client = make_client(lambda _: httpx.Response(200, json=starting))
    with pytest.raises(Failure, match=r'not ready after 5 s: .*"trainer": "starting".*glasswork doctor'):
        client.wait_until_healthy(5)


def test_download_that_breaks_off_leaves_the_old_file(make_client: MakeClient, tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise httpx.ReadError("reset")

    target = tmp_path / "model.onnx"
    target.write_bytes(b"old")
    with pytest.raises(httpx.ReadError):
        make_client(lambda _: httpx.Response(200, content=broken())).download("/file", target)
    assert target.read_bytes() == b"old"
    assert make_client(lambda _: httpx.Response(200, content=b"whole")).download("/file", target) == 5
    assert target.read_bytes() == b"whole"
