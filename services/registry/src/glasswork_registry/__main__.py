"""`python -m glasswork_registry` serves the registry."""

from __future__ import annotations

from glasswork_servicekit import server

from glasswork_registry.service import RegistryService
from glasswork_registry.settings import RegistrySettings, read_settings


def main() -> None:
    """Serve until a signal; exits with 2 where the environment is wrong."""
    server.main(read_settings, serve)


def serve(settings: RegistrySettings) -> None:
    """Serve until a signal."""
    server.run(lambda _: RegistryService(settings), settings.service)


if __name__ == "__main__":
    main()
