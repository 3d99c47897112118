from __future__ import annotations

import json
import logging

from glasswork_servicekit.correlation import request_id
from glasswork_servicekit.logging import JsonFormatter


def line(**extra: object) -> dict[str, object]:
    record = logging.makeLogRecord(
        {"name": "glasswork", "levelname": "INFO", "msg": "saved %s", "args": ("m",), **extra}
    )
    return dict(json.loads(JsonFormatter("registry").format(record)))


def test_a_line_says_who_what_and_for_which_request() -> None:
    with request_id("request-7"):
        entry = line(model="digits")

    assert entry["message"] == "saved m"
    assert entry["service"] == "registry"
    assert entry["request_id"] == "request-7"
    assert entry["model"] == "digits"


def test_an_exception_is_part_of_its_line() -> None:
    try:
        raise ValueError("bad")
    except ValueError as error:
        entry = line(exc_info=(type(error), error, error.__traceback__))

    assert "ValueError: bad" in str(entry["exception"])
