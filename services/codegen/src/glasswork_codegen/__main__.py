"""`python -m glasswork_codegen` serves code generation."""

from __future__ import annotations

from glasswork_sdk.probe import load_seconds
from glasswork_servicekit import server
from glasswork_servicekit.settings import ServiceSettings, from_environment

from glasswork_codegen.service import CodegenService


def settings() -> ServiceSettings:
    """Return the settings; raises InvalidInput, also for what the loading of plugins will read."""
    load_seconds()
    return from_environment("codegen")


def main() -> None:
    """Serve until a signal; exits with 2 where the environment is wrong."""
    server.main(settings, lambda found: server.run(lambda _: CodegenService(), found))


if __name__ == "__main__":
    main()
