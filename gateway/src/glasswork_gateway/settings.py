"""Settings of the gateway: read once from the environment, checked once."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from glasswork_servicekit.settings import LOG_LEVELS, bad_value, read_address, read_secret

SERVICES: Final = ("codegen", "executor", "trainer", "registry")
LOCAL_HOSTS: Final = frozenset({"127.0.0.1", "localhost"})


@dataclass(frozen=True)
class GatewaySettings:
    """What the gateway has to be told.

    Args:
        host: address to listen on, default 127.0.0.1.
        port: port to listen on, default 8000.
        addresses: gRPC address of each service.
        secret: what every gRPC call has to show.
        token_file: file with the token that every request has to show; made at first start.
        login_code: code that a browser may exchange for a cookie, once; empty for none.
        allowed_hosts: names besides 127.0.0.1 and localhost under which the gateway may be called.
        allowed_origins: origins besides its own from which browsers may call it.
        log_level: debug, info, warning or error.
    """

    host: str
    port: int
    addresses: Mapping[str, str]
    secret: str
    token_file: Path
    login_code: str = ""
    allowed_hosts: frozenset[str] = LOCAL_HOSTS
    allowed_origins: frozenset[str] = frozenset()
    log_level: str = "info"


def read_settings(environ: Mapping[str, str] = os.environ) -> GatewaySettings:
    """Read the settings from the environment.

    Raises:
        InvalidInput: a variable is missing or bad; the message names it, its value and what was expected.
    """
    return GatewaySettings(
        host=_host(environ),
        port=_port(environ),
        addresses={name: read_address(environ, f"GLASSWORK_{name.upper()}_ADDRESS") for name in SERVICES},
        secret=read_secret(environ, "GLASSWORK_SECRET_FILE"),
        token_file=_token_file(environ),
        login_code=environ.get("GLASSWORK_LOGIN_CODE", ""),
        allowed_hosts=LOCAL_HOSTS | _hosts(environ),
        allowed_origins=_origins(environ),
        log_level=_log_level(environ),
    )


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _host(environ: Mapping[str, str]) -> str:
    value = environ.get("GLASSWORK_GATEWAY_HOST") or "127.0.0.1"
    try:
        ipaddress.ip_address(value)
    except ValueError:
        if not value.replace(".", "").replace("-", "").isalnum():
            raise bad_value("GLASSWORK_GATEWAY_HOST", value, "an IP address or a host name, without port") from None
    return value


def _port(environ: Mapping[str, str]) -> int:
    value = environ.get("GLASSWORK_GATEWAY_PORT") or "8000"
    if not value.isdecimal() or not 1 <= int(value) <= 65535:
        raise bad_value("GLASSWORK_GATEWAY_PORT", value, "a port from 1 to 65535")
    return int(value)


def _token_file(environ: Mapping[str, str]) -> Path:
    value = environ.get("GLASSWORK_TOKEN_FILE")
    if value:
        return Path(value)
    folder = environ.get("GLASSWORK_DATA_DIR")
    if not folder:
        raise bad_value("GLASSWORK_DATA_DIR", "", "a folder, or a file in GLASSWORK_TOKEN_FILE")
    return Path(folder) / "token"


def _hosts(environ: Mapping[str, str]) -> frozenset[str]:
    value = environ.get("GLASSWORK_ALLOWED_HOSTS", "")
    hosts = frozenset(part.strip().lower() for part in value.split(",") if part.strip())
    if any(not part.replace(".", "").replace("-", "").isalnum() for part in hosts):
        raise bad_value("GLASSWORK_ALLOWED_HOSTS", value, "host names without port, with commas between them")
    return hosts


def _origins(environ: Mapping[str, str]) -> frozenset[str]:
    value = environ.get("GLASSWORK_ALLOWED_ORIGINS", "")
    origins = frozenset(part.strip() for part in value.split(",") if part.strip())
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or origin != f"{parts.scheme}://{parts.netloc}":
            raise bad_value("GLASSWORK_ALLOWED_ORIGINS", value, "origins as in https://host:port, with commas between")
    return origins


def _log_level(environ: Mapping[str, str]) -> str:
    value = (environ.get("GLASSWORK_LOG_LEVEL") or "info").lower()
    if value not in LOG_LEVELS:
        raise bad_value("GLASSWORK_LOG_LEVEL", value, f"one of {', '.join(LOG_LEVELS)}")
    return value
