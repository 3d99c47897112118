"""Writes the secrets of a deployment at its first start: `python -m glasswork_servicekit.founding FILE --shared FILE`.

What is there already stays as it is, so that it may run at every start.
"""

from __future__ import annotations

import argparse
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from glasswork_servicekit.durable import sync_folder

PRIVATE, SHARED = 0o600, 0o444


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the files that are missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("private", type=Path, nargs="*", help="files that only their owner may read")
    parser.add_argument("--shared", type=Path, action="append", default=[], help="a file that every user may read")
    given = parser.parse_args(arguments)
    for path in given.private:
        write_secret(path, PRIVATE)
    for path in given.shared:
        write_secret(path, SHARED)


def write_secret(path: Path, mode: int) -> bool:
    """Write a random secret of 43 characters, whole or not at all, unless the file is there.

    Args:
        path: the file.
        mode: its permissions, as in 0o600.

    Returns:
        Whether it was written.
    """
    if path.exists():
        return False
    aside = path.with_name(f".{path.name}.new")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
        os.fchmod(descriptor, mode)
        file.flush()
        os.fsync(descriptor)
    aside.replace(path)
    sync_folder(path.parent)
    return True


if __name__ == "__main__":
    main()
