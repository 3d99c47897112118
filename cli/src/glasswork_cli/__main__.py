"""`python -m glasswork_cli` is the command `glasswork`."""

from __future__ import annotations

from glasswork_cli.main import main

if __name__ == "__main__":
    main()
