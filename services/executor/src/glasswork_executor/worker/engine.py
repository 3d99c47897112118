"""Computes a program's components on a sample: each at most once for its content, and only what has changed."""

from __future__ import annotations

import contextlib
import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import keras

from glasswork_executor.core.keys import Key, Keys, digest_of
from glasswork_executor.core.program import CLASS, DATA, EXPRESSION, SOURCE, TRAINING, Component, Job
from glasswork_executor.worker import layers
from glasswork_executor.worker.backward import Backward, Gradients
from glasswork_executor.worker.budget import Budget
from glasswork_executor.worker.cache import Cache
from glasswork_executor.worker.failures import Failure, Refused, failure_of
from glasswork_executor.worker.libraries import Libraries
from glasswork_executor.worker.loading import (
    Script,
    Scripts,
    make_layer,
    make_rows,
    read_data,
    run_training,
    takes_no_input,
)
from glasswork_executor.worker.outcome import BLOCKED, ERROR, OK, Outcome, Output
from glasswork_executor.worker.seeds import set_seeds
from glasswork_executor.worker.variables import Found, choose, missing, trace_call, weights_of

OVERLAY = "overlay"
LOCAL_BYTES = 128 * 1024 * 1024
VALUE_BYTES = 512 * 1024 * 1024
LAYER_BYTES = 512 * 1024 * 1024
NEW, CODE, INPUTS, SAMPLE = "new", "code", "inputs", "sample"


class Listener(Protocol):
    """Whom the engine tells what it does."""

    def started(self, component: Component, key: Key) -> None:
        """A component begins to run."""

    def finished(self, component: Component, outcome: Outcome, key: Key, cause: str) -> None:
        """A component has an answer that was not told before; `cause` is empty where it was known already."""

    def variable(self, component: str, name: str, found: Found) -> None:
        """A variable that was asked for was looked up."""

    def backward(self) -> None:
        """All previews are told; a backward pass begins."""

    def gradients(self, found: Gradients) -> None:
        """The figures of the backward pass; none where there is no loss to come from."""

    def known(self, components: list[str]) -> None:
        """These components' answers are those told before."""


@dataclass(frozen=True)
class _Built:
    layer: keras.Layer
    shapes: Mapping[str, tuple[int | None, ...]]


class Engine:
    """Keeps layers and values by content key.

    Args:
        interrupted: asked between components whether to give the present job up.
    """

    def __init__(self, interrupted: Callable[[], bool]) -> None:
        self._interrupted = interrupted
        self._keys = Keys()
        self._scripts = Scripts()
        self._layers: Cache[_Built] = Cache(LAYER_BYTES)
        self._values: Cache[Outcome] = Cache(VALUE_BYTES)
        self._locals: Cache[Mapping[str, Any]] = Cache(LOCAL_BYTES)
        self._told: dict[str, str] = {}
        self._last: dict[str, Key] = {}
        self._backward = Backward(interrupted)
        self.budget = Budget()
        self.budget.watch_weights()
        self._libraries = Libraries()

    def run(self, job: Job, verdicts: Mapping[str, Failure], listener: Listener) -> bool:
        """Answer every component of a job.

        Args:
            job: what to compute.
            verdicts: failures by value key, of what must not be run again.
            listener: told of every answer.

        Returns:
            False where the job was given up for a newer one.
        """
        run = _Run(self, job, verdicts, listener)
        asked = [*job.only, *(name for name, _ in job.variables)]
        wanted = job.program.needed(asked) if job.only else None
        unchanged: list[str] = []
        for component in job.program.components:
            if wanted is not None and component.id not in wanted:
                continue
            if self._told.get(component.id) == run.keys[component.id].value:
                unchanged.append(component.id)
                continue
            if self._interrupted():
                return False
            listener.known(unchanged)
            unchanged = []
            run.answer(component)
        listener.known(unchanged)
        for name, variable in job.variables:
            if self._interrupted():
                return False
            listener.variable(name, variable, run.variable(name, variable))
        if job.gradients and not self.measure_gradients(run, listener):
            return False
        for known in (self._told, self._last):
            for name in known.keys() - job.program.known.keys():
                del known[name]
        return True

    def measure_gradients(self, run: _Run, listener: Listener) -> bool:
        """Tell the gradients of a batch; what user code makes of a whole batch is no answer about a preview."""
        if self._interrupted():
            return False
        listener.backward()
        found: Gradients | None = {}
        with contextlib.suppress(Exception):
            found = self._backward.measure(run, lambda: self._scripts.get(run.job.program.prelude))
        self._libraries.restore()
        if found is not None:
            listener.gradients(found)
        return found is not None

    def cause(self, component: str, key: Key) -> str:
        """Return why a component runs: what differs from the last time, and remember this time."""
        before = self._last.get(component)
        self._last[component] = key
        if before is None:
            return NEW
        if before.own != key.own:
            return CODE
        return INPUTS if before.inputs != key.inputs else SAMPLE


class _Run:
    """One job under way."""

    def __init__(self, engine: Engine, job: Job, verdicts: Mapping[str, Failure], listener: Listener) -> None:
        self.engine = engine
        self.job = job
        self.verdicts = verdicts
        self.listener = listener
        self.keys = engine._keys.of(job)
        self.components = job.program.known
        self._pending: set[str] = set()

    def answer(self, component: Component) -> None:
        key = self.keys[component.id]
        known = self.engine._values.get(key.value)
        outcome, cause = (known, "") if known is not None else self.compute(component)
        self.engine._last[component.id] = key
        # Blocked is the state of what stands before it, and a verdict ends some time: neither belongs to the content.
        if outcome.state == BLOCKED or key.value in self.verdicts:
            self.engine._told.pop(component.id, None)
        else:
            self.engine._told[component.id] = key.value
        self.listener.finished(component, outcome, key, cause)

    def outcome(self, name: str) -> Outcome | None:
        component = self.components.get(name)
        if component is None or name in self._pending:
            return None
        known = self.engine._values.get(self.keys[name].value)
        return known if known is not None else self.compute(component)[0]

    def compute(self, component: Component) -> tuple[Outcome, str]:
        self._pending.add(component.id)
        try:
            inputs = self.inputs(component)
            if inputs is None:
                return Outcome(BLOCKED), ""
            return self.execute(component, inputs)
        finally:
            self._pending.discard(component.id)

    def inputs(self, component: Component) -> dict[str, Output] | None:
        """Return the values at the input ports; None where one is missing."""
        found: dict[str, Output] = {}
        for binding in component.inputs:
            outcome = self.outcome(binding.component)
            if outcome is None or outcome.state != OK or not outcome.outputs:
                return None
            output = outcome.outputs.get(binding.output)
            if output is None:
                return None
            found[binding.port] = output
        return found

    def execute(self, component: Component, inputs: dict[str, Output]) -> tuple[Outcome, str]:
        key = self.keys[component.id]
        verdict = self.verdicts.get(key.value)
        if verdict is not None:
            return Outcome(ERROR, failure=verdict), ""
        cause = self.engine.cause(component.id, key)
        self.listener.started(component, key)
        start = time.perf_counter()
        outcome = self.contained(component, key, self.attempt(component, key, inputs))
        outcome.milliseconds = (time.perf_counter() - start) * 1000
        if component.visualization == OVERLAY:
            outcome.background = self.image_behind(component)
        if outcome.state != BLOCKED:
            self.engine._values.put(key.value, outcome, outcome.size)
        return outcome, cause

    def contained(self, component: Component, key: Key, outcome: Outcome) -> Outcome:
        """Return an outcome, or the error that its code has changed what all components share; that is undone."""
        if component.kind != CLASS and "set" not in component.code:
            return outcome
        changed = self.engine._libraries.restore()
        if not changed:
            return outcome
        self.engine._layers.forget(self.layer_key(component))
        names = " and ".join(changed[:3])
        message = f"It changes {names}, which all components share. Make a class or a function of its own instead."
        return Outcome(ERROR, failure=Failure(message, outcome.failure.line if outcome.failure else 0))

    def image_behind(self, component: Component) -> Any:
        """Return the rows of the image that a component's output was made from; None where there is none."""
        for name in sorted(self.job.program.needed([component.id])):
            outcome = self.outcome(name) if self.components[name].kind == DATA else None
            for output in outcome.outputs.values() if outcome is not None else ():
                if output.value.shape.rank == 4:
                    return output.value.numpy()
        return None

    def attempt(self, component: Component, key: Key, inputs: dict[str, Output]) -> Outcome:
        try:
            # Anew for each component, so that its result depends on its own content alone.
            set_seeds(key.seed, component.code)
            return self.result(component, key, inputs, self.engine._scripts.get(self.job.program.prelude))
        except (KeyboardInterrupt, SystemExit) as error:
            return Outcome(ERROR, failure=failure_of(error, component.id))
        except MemoryError:
            gc.collect()
            return Outcome(ERROR, failure=Failure("MemoryError: it asked for more memory than there is."))
        except Exception as error:
            return Outcome(ERROR, failure=failure_of(error, component.id))

    def result(self, component: Component, key: Key, inputs: dict[str, Output], script: Script) -> Outcome:
        if component.kind == TRAINING:
            run_training(component, script)
            return Outcome(OK, compared(inputs))
        if component.kind == DATA:
            rows = read_data(component, script, self.job.folder, self.job.sample)
            return Outcome(OK, layers.outputs_of(rows, component.outputs))
        if component.kind == SOURCE:
            rows = make_rows(component, script, self.job.sample, key.seed)
            return Outcome(OK, layers.outputs_of(rows, component.outputs))
        return self.layer(component, key, inputs, script)

    def layer(self, component: Component, key: Key, inputs: dict[str, Output], script: Script) -> Outcome:
        kept_by = self.layer_key(component)
        built = self.engine._layers.get(kept_by)
        layer = built.layer if built is not None else self.new_layer(component, script)
        if layer is None or (not inputs and not takes_no_input(layer)):
            return Outcome(BLOCKED)
        before = self.upstream(component) if component.uses_variables else None
        rows = max((len(item.value) for item in inputs.values()), default=self.job.sample.count)
        fits = partial(self.engine.budget.check_outputs, rows=rows)
        if built is not None:
            fits(built.shapes, {})
        outputs = layers.call_layer(layer, component, inputs, symbolic=built is None, before=before, fits=fits)
        if built is None:
            built = _Built(layer, {port: output.shape for port, output in outputs.items()})
            self.engine._layers.put(kept_by, built, 4096 + sum(_bytes(weight) for weight in layer.weights))
        else:
            outputs = {
                port: Output(output.value, built.shapes.get(port, output.shape), output.dtype)
                for port, output in outputs.items()
            }
        return Outcome(OK, outputs, int(layer.count_params()))

    def layer_key(self, component: Component) -> str:
        """Return what the layer of a component is kept by.

        The weights of Keras's layers depend on their own code and the shapes of their inputs, and so they stay when
        what stands before them gives other values. A class of the user may look at those values.
        """
        key = self.keys[component.id]
        if component.kind != EXPRESSION or component.uses_variables or "stateful" in component.code:
            return key.layer
        inputs = self.inputs(component) or {}
        return digest_of(key.own, *((port, item.shape, item.dtype) for port, item in inputs.items()))

    def new_layer(self, component: Component, script: Script) -> keras.Layer | None:
        if not component.shares:
            return make_layer(component, script)
        shared = self.outcome(component.shares)
        if shared is None or shared.state != OK:
            return None
        return self.built_layer(component)

    def upstream(self, component: Component) -> dict[str, layers.Upstream]:
        """Return the components that are connected to `component`, with their layers' weights."""
        found: dict[str, layers.Upstream] = {}
        for binding in component.inputs:
            outcome, other = self.outcome(binding.component), self.components[binding.component]
            layer = self.built_layer(other)
            if outcome is not None:
                found[other.id] = layers.Upstream(outcome.outputs, layer.weights if layer is not None else ())
        return found

    def built_layer(self, component: Component) -> keras.Layer | None:
        """Return the layer that a component calls, built; None where it has none."""
        owner = self.components.get(component.shares or component.id)
        if owner is None or owner.kind not in {EXPRESSION, CLASS} or owner.shares:
            return None
        kept_by = self.layer_key(owner)
        if self.engine._layers.get(kept_by) is None and owner.id not in self._pending:
            # Forgotten to make room, while its value is still known.
            self.compute(owner)
        built = self.engine._layers.get(kept_by)
        return built.layer if built is not None else None

    def variable(self, name: str, wanted: str) -> Found:
        """Return a variable of a component, and the names of all."""
        component = self.components.get(name)
        outcome = self.outcome(name)
        if component is None or outcome is None:
            return missing(wanted, name, ())
        layer = self.built_layer(component) if outcome.state == OK else None
        weights = weights_of(layer) if layer is not None else {}
        return choose(wanted, name, outcome, weights, self.local_variables(component, outcome))

    def local_variables(self, component: Component, outcome: Outcome) -> Mapping[str, Any]:
        """Return the local variables of the call of a class, as they were when it showed its present value."""
        owner = self.components.get(component.shares or component.id)
        inputs = self.inputs(component)
        if owner is None or owner.kind != CLASS or inputs is None:
            return {}
        key = self.keys[component.id]
        known = self.engine._locals.get(key.value)
        if known is None:
            self.listener.started(component, key)
            known = trace_call(owner, lambda: self.attempt_anew(component, owner, inputs, outcome))
            self.engine._libraries.restore()
            self.engine._locals.put(key.value, known, sum(value.nbytes for value in known.values()))
        return known

    def attempt_anew(self, component: Component, owner: Component, inputs: dict[str, Output], outcome: Outcome) -> None:
        """Make and call a component's layer as it was made and called before, random numbers included."""
        set_seeds(self.keys[owner.id].seed, owner.code)
        layer = make_layer(owner, self.engine._scripts.get(self.job.program.prelude))
        before = self.upstream(component) if component.uses_variables else None
        # What fails symbolically has no values; called on the sample alone it shows those up to the failure.
        layers.call_layer(layer, component, inputs, symbolic=outcome.state == OK, before=before)


def compared(inputs: dict[str, Output]) -> dict[str, Output]:
    """Return what a training component compares.

    Raises:
        Refused: predictions and targets are not of the same rows.
    """
    counts = {port: int(output.value.shape[0]) for port, output in inputs.items()}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"'{port}' {count}" for port, count in counts.items())
        raise Refused(
            f"Predictions and targets have different numbers of rows: {told}. Look for what changes the rows."
        )
    return inputs


def _bytes(weight: Any) -> int:
    size = 1
    for axis in weight.shape:
        size *= axis
    return size * 8
