"""`python -m glasswork_executor` serves the executor."""

from __future__ import annotations

import contextlib
import sys

from glasswork_sdk.errors import InvalidInput
from glasswork_servicekit.server import run

from glasswork_executor.service import ExecutorService
from glasswork_executor.settings import read_settings


def main() -> None:
    """Serve until a signal; exits with 2 where the environment is wrong."""
    try:
        settings = read_settings()
    except InvalidInput as error:
        print(error.message, file=sys.stderr)
        sys.exit(2)
    with contextlib.suppress(OSError):
        # Workers are shown this folder when they are made, and it must be there by then.
        settings.service.datasets_dir.mkdir(parents=True, exist_ok=True)
    run(lambda _: ExecutorService(settings), settings.service)


if __name__ == "__main__":
    main()
