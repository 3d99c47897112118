"""`python -m glasswork_gateway` serves the API."""

from __future__ import annotations

import os
import sys

from glasswork_sdk.errors import InvalidInput
from glasswork_servicekit.logging import configure_logging

from glasswork_gateway.server import run
from glasswork_gateway.settings import read_settings


def main() -> None:
    """Serve until a signal; exits with 2 where the environment is wrong."""
    os.umask(0o077)
    try:
        settings = read_settings()
        configure_logging("gateway", settings.log_level)
        run(settings)
    except InvalidInput as error:
        print(error.message, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
