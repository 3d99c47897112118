from __future__ import annotations

from pathlib import Path

import pytest
from glasswork_servicekit import probe
from glasswork_servicekit.founding import main


def test_secrets_are_written_once_with_their_modes(tmp_path: Path) -> None:
    private, shared = tmp_path / "secret", tmp_path / "password"
    main([str(private), "--shared", str(shared)])
    assert (private.stat().st_mode & 0o777, shared.stat().st_mode & 0o777) == (0o600, 0o444)
    first = private.read_text(), shared.read_text()
    assert len(first[0].strip()) >= 43
    assert first[0] != first[1]
    main([str(private), "--shared", str(shared)])
    assert (private.read_text(), shared.read_text()) == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["password", "secret"]


def test_a_half_written_secret_is_written_anew(tmp_path: Path) -> None:
    (tmp_path / ".secret.new").write_text("half")
    main([str(tmp_path / "secret")])
    assert "half" not in (tmp_path / "secret").read_text()


@pytest.mark.parametrize("service", ["gateway", "codegen"])
def test_a_service_that_is_not_there_is_not_healthy(service: str) -> None:
    environ = {"GLASSWORK_SERVICE": service, "GLASSWORK_GATEWAY_PORT": "9", "GLASSWORK_CODEGEN_ADDRESS": "0.0.0.0:9"}
    assert probe.main(environ) == 1
