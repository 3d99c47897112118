"""Processes that run the code of a run: what they see, where they write, and what is left of them."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from glasswork_servicekit.sandbox import Limits
from glasswork_servicekit.worker import Worker
from glasswork_servicekit.zygote import Zygote

from glasswork_trainer.core.layout import RunFolder


@dataclass(frozen=True)
class Kind:
    """A kind of process.

    Args:
        name: begins the name of its scratch folder.
        entry: `package.module:function`.
        limits: what it may use.
    """

    name: str
    entry: str
    limits: Limits


# A run writes a checkpoint when its server is gone, and the zygote with it.
TRAINING = Kind("training", "glasswork_trainer.worker.training:main", Limits(survives_zygote=True))
DESK = Kind("desk", "glasswork_trainer.worker.desk:main", Limits())
DEVICES = "glasswork_trainer.worker.devices:main"


class Processes:
    """Makes processes that see their run, the datasets and the installed software, and write to the run's work folder.

    Args:
        zygote: forks them.
        hidden: folders of which they see nothing.
        shown: folders below those that they read all the same.
        network: whether they reach the network.
    """

    def __init__(
        self, zygote: Zygote, hidden: Sequence[str] = (), shown: Sequence[str] = (), network: bool = False
    ) -> None:
        self._zygote = zygote
        self._hidden = hidden
        self._shown = shown
        self._network = network
        self._cleaning: set[asyncio.Task[None]] = set()

    async def fork(self, kind: Kind, folder: RunFolder) -> Worker:
        """Return a process for a run, with a folder of its own for temporary files.

        Raises:
            Unavailable: there can be no further process.
        """
        folder.scratch.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f"{kind.name}-", dir=folder.scratch))
        shown = (*self._shown, str(folder.path))
        limits = replace(kind.limits, hidden=self._hidden, shown=shown, network=self._network)
        environment = {"TMPDIR": str(scratch), "HOME": str(scratch)}
        try:
            worker = await self._zygote.fork(kind.entry, limits, environment, folder.work, folder.output)
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise
        task = asyncio.create_task(_clean(worker, scratch))
        self._cleaning.add(task)
        task.add_done_callback(self._cleaning.discard)
        return worker

    async def fork_bare(self) -> Worker:
        """Return a process that tells the devices and runs no code of a user.

        Raises:
            Unavailable: there can be no further process.
        """
        return await self._zygote.fork(DEVICES, Limits())


def sweep(folder: RunFolder, kind: Kind, kept: str = "") -> None:
    """Remove the temporary files of processes whose server was killed before it could.

    Args:
        folder: the run.
        kind: the kind of process; none of it may be alive but the one that calls.
        kept: the scratch folder of the caller.
    """
    for path in folder.scratch.glob(f"{kind.name}-*"):
        if str(path) != kept:
            shutil.rmtree(path, ignore_errors=True)


async def _clean(worker: Worker, scratch: Path) -> None:
    await worker.wait()
    await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)
