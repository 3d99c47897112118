from __future__ import annotations

import io
import json
import urllib.request
from typing import Any

import pytest
from glasswork_servicekit import probe


@pytest.mark.parametrize(("state", "code"), [("serving", 0), ("not_serving", 1), ("unreachable", 1)])
def test_a_service_is_well_where_it_serves(monkeypatch: pytest.MonkeyPatch, state: str, code: int) -> None:
    asked = []

    async def check(address: str, timeout: float) -> str:
        asked.append(address)
        return state

    monkeypatch.setattr("glasswork_servicekit.health.check", check)
    environ = {"GLASSWORK_SERVICE": "trainer", "GLASSWORK_TRAINER_ADDRESS": "0.0.0.0:9000"}
    assert probe.main(environ) == code
    assert asked == ["127.0.0.1:9000"]


@pytest.mark.parametrize(("status", "code"), [("ok", 0), ("degraded", 1), ("starting", 1)])
def test_the_gateway_is_well_where_every_service_serves(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], status: str, code: int
) -> None:
    asked = []

    def answer(url: str, timeout: float) -> Any:
        asked.append(url)
        return io.BytesIO(json.dumps({"status": status}).encode())

    monkeypatch.setattr(urllib.request, "urlopen", answer)
    assert probe.main({"GLASSWORK_SERVICE": "gateway", "GLASSWORK_GATEWAY_PORT": "81"}) == code
    assert asked == ["http://127.0.0.1:81/api/v1/health"]
    assert capsys.readouterr().out == f"{status}\n"


def test_a_gateway_that_is_away_is_not_well(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(url: str, timeout: float) -> Any:
        raise OSError("refused")

    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    assert probe.gateway_state({}) == "unreachable: refused"
