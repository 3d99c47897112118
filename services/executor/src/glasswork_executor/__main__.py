"""`python -m glasswork_executor` serves the executor."""

from __future__ import annotations

import contextlib

from glasswork_servicekit import server

from glasswork_executor.service import ExecutorService
from glasswork_executor.settings import ExecutorSettings, read_settings


def main() -> None:
    """Serve until a signal; exits with 2 where the environment is wrong."""
    server.main(read_settings, serve)


def serve(settings: ExecutorSettings) -> None:
    """Serve until a signal."""
    with contextlib.suppress(OSError):
        # Workers are shown this folder when they are made, and it must be there by then.
        settings.service.datasets_dir.mkdir(parents=True, exist_ok=True)
    server.run(lambda _: ExecutorService(settings), settings.service)


if __name__ == "__main__":
    main()
