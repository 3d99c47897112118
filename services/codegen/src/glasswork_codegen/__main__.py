"""`python -m glasswork_codegen` serves code generation."""

from __future__ import annotations

import sys

from glasswork_sdk.errors import InvalidInput
from glasswork_servicekit.server import run
from glasswork_servicekit.settings import from_environment

from glasswork_codegen.service import CodegenService


def main() -> None:
    """Serve until a signal; exits with 2 where the environment is wrong."""
    try:
        settings = from_environment("codegen")
    except InvalidInput as error:
        print(error.message, file=sys.stderr)
        sys.exit(2)
    run(lambda _: CodegenService(), settings)


if __name__ == "__main__":
    main()
