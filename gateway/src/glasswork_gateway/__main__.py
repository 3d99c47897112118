"""`python -m glasswork_gateway` serves the API."""

from __future__ import annotations

import os

from glasswork_servicekit import server
from glasswork_servicekit.logging import configure_logging

from glasswork_gateway.server import run
from glasswork_gateway.settings import GatewaySettings, read_settings


def main() -> None:
    """Serve until a signal; exits with 2 where the environment is wrong."""
    os.umask(0o077)
    server.main(read_settings, serve)


def serve(settings: GatewaySettings) -> None:
    """Serve until a signal."""
    configure_logging("gateway", settings.log_level)
    run(settings)


if __name__ == "__main__":
    main()
