"""A preview session: the newest edit counts, and nothing is told twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from glasswork_sdk.errors import FieldViolation, InvalidInput

from glasswork_executor.core.answers import Answer, Done, Gradients, Known, Variable
from glasswork_executor.core.program import Job, Program, Sample
from glasswork_executor.core.runner import Runner


@dataclass(frozen=True)
class Edit:
    """A change to what a session shows; what is None stays as it was.

    Args:
        revision: number of the edit, increasing.
        program: the program.
        dataset: hash and folder of the dataset.
        sample: the rows to show.
        cancel: True to answer nothing until the next edit.
        variables: the variables to show besides the components.
    """

    revision: int
    program: Program | None = None
    dataset: tuple[str, str] | None = None
    sample: Sample | None = None
    cancel: bool = False
    variables: tuple[tuple[str, str], ...] | None = None


class Session:
    """Answers edits; a newer edit takes the place of one that waits and gives up one that runs.

    Args:
        runner: runs the jobs.
    """

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._job: Job | None = None
        self._revision: int | None = None
        self._waiting: int | None = None
        self._stopped = False
        self._changed = asyncio.Event()
        self._finished = False
        self._sent: dict[str, tuple[str, str]] = {}

    def submit(self, edit: Edit) -> None:
        """Take an edit.

        Raises:
            InvalidInput: the revision does not increase, or the first edit has no program.
        """
        if self._revision is not None and edit.revision <= self._revision:
            raise InvalidInput(
                f"Revisions increase: expected more than {self._revision}, received {edit.revision}.",
                fields=[FieldViolation("revision", "does not increase")],
            )
        job = None if edit.cancel else self._merged(edit)
        self._revision = edit.revision
        self._runner.cancel(job)
        self._waiting = None if job is None else edit.revision
        self._job, self._stopped = job or self._job, job is None
        self._changed.set()

    def finish(self) -> None:
        """Take note that no edit will follow; what waits is still answered."""
        self._finished = True
        self._changed.set()

    async def answers(self) -> AsyncGenerator[tuple[int, Answer | Variable | Gradients | Done], None]:
        """Answer edits until there are no more.

        Yields:
            The revision and what it shows; never of an older revision than one yielded before.
        """
        while True:
            await self._changed.wait()
            self._changed.clear()
            while self._waiting is not None and self._job is not None:
                revision, self._waiting = self._waiting, None
                async with aclosing(self._answer(revision, self._job)) as answers:
                    async for answer in answers:
                        yield revision, answer
            if self._finished:
                return

    async def close(self) -> None:
        """End the session and its worker."""
        self._runner.cancel()
        await self._runner.rest()

    async def _answer(self, revision: int, job: Job) -> AsyncGenerator[Answer | Variable | Gradients | Done, None]:
        for gone in self._sent.keys() - job.program.known.keys():
            del self._sent[gone]
        async with aclosing(self._runner.run(job)) as answers:
            async for answer in answers:
                if self._stopped or self._revision != revision:
                    # Superseded: the rest is drained, not told.
                    continue
                if isinstance(answer, Done | Variable | Gradients):
                    yield answer
                elif isinstance(answer, Known):
                    for told in answer.answers:
                        if self._note(told):
                            yield replace(told, cause="")
                elif self._note(answer):
                    yield answer

    def _note(self, answer: Answer) -> bool:
        """Take note that an answer is sent; return whether it was not sent before."""
        mark = answer.key, answer.state
        new = self._sent.get(answer.component) != mark
        self._sent[answer.component] = mark
        return new

    def _merged(self, edit: Edit) -> Job:
        program = edit.program or (self._job.program if self._job else None)
        if program is None:
            raise InvalidInput(
                "The first edit of a session needs a program.", fields=[FieldViolation("program", "missing")]
            )
        before = self._job or Job(program)
        dataset, folder = edit.dataset if edit.dataset is not None else (before.dataset, before.folder)
        variables = before.variables if edit.variables is None else edit.variables
        return Job(program, folder, dataset, edit.sample or before.sample, variables=variables, gradients=True)
