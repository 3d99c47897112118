"""`python -m glasswork_codegen` serves code generation."""

from __future__ import annotations

from glasswork_servicekit import server
from glasswork_servicekit.settings import from_environment

from glasswork_codegen.service import CodegenService


def main() -> None:
    """Serve until a signal; exits with 2 where the environment is wrong."""
    server.main(lambda: from_environment("codegen"), lambda settings: server.run(lambda _: CodegenService(), settings))


if __name__ == "__main__":
    main()
