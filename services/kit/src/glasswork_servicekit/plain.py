"""Files that a process of a user has written: opened as what they are, never through a link."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from glasswork_sdk.errors import NotFound


def open_plain(path: Path, below: Path) -> BinaryIO:
    """Open a plain file for reading; no step of the way below `below` may be a link.

    Args:
        path: the file, somewhere below `below`.
        below: a folder that is trusted.

    Raises:
        NotFound: it is missing, a link leads to it, or it is no plain file.
    """
    *folders, name = path.relative_to(below).parts
    here = os.open(below, os.O_PATH | os.O_CLOEXEC)
    try:
        for folder in folders:
            here, above = os.open(folder, os.O_PATH | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=here), here
            os.close(above)
        # A pipe in the place of a file must not keep us waiting.
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=here)
    except OSError as error:
        raise NotFound(f"There is no plain file {str(path.relative_to(below))!r}: {error.strerror}.") from error
    finally:
        os.close(here)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotFound(f"There is no plain file {str(path.relative_to(below))!r}: it is something else.")
    return os.fdopen(descriptor, "rb")
