"""Where a training is: complete epochs, and steps done within the present one."""

from __future__ import annotations


class Position:
    """Counts epochs and steps.

    Args:
        epoch: complete epochs at the beginning.
        step: steps done within the present epoch at the beginning.
        steps: steps in an epoch; 0 where unknown.
    """

    def __init__(self, epoch: int, step: int, steps: int) -> None:
        self.epoch = epoch
        self.step = step
        self.steps = steps
        self._entered_at: tuple[int, int] | None = (epoch, step)

    def begin(self, epoch: int) -> bool:
        """Begin an epoch; return True where this is the place at which the process took over."""
        entered, self._entered_at = self._entered_at, None
        resumed = entered is not None and entered[0] == epoch
        self.epoch = epoch
        self.step = entered[1] if resumed and entered is not None else 0
        return resumed

    def advance(self, steps: int = 1) -> None:
        """Count steps; the last execution of an epoch may do fewer than the others."""
        self.step += steps
        if self.steps:
            self.step = min(self.step, self.steps)

    def complete(self) -> None:
        """Count the present epoch as complete."""
        self.epoch += 1
        self.step = 0

    @property
    def can_be_entered(self) -> bool:
        """Whether `train` can begin here: not after the last step, when an epoch's validation is still to come."""
        return self.steps == 0 or self.step < self.steps

    def as_dict(self) -> dict[str, int]:
        """Return epoch and step."""
        return {"epoch": self.epoch, "step": self.step}
