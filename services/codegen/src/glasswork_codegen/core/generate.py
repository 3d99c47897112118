"""Assembly of model.py: imports, the data pipeline, a section for each component, and the four functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from glasswork_sdk.analysis import Analysis
from glasswork_sdk.diagnostics import Diagnostic
from glasswork_sdk.document import DatasetReference
from glasswork_sdk.graph import Binding
from glasswork_sdk.literals import python_literal
from glasswork_sdk.names import identifier
from glasswork_sdk.plugins import Catalogue

from glasswork_codegen.core.program import CodeKind, ComponentCode, Lines, Program
from glasswork_codegen.core.render import RESERVED, Renderer, Section, call_arguments, output_value

_NUMPY: Final = re.compile(r"\bnp\.")
_PILLOW: Final = re.compile(r"\bImage\.")


@dataclass(frozen=True)
class Written:
    """A program, what is wrong with its custom code, and the sections that it was made of."""

    program: Program
    found: list[Diagnostic]
    sections: Mapping[str, Section]


def generate(
    analysis: Analysis, catalogue: Catalogue, table: str = "", *, script: bool = True
) -> tuple[Program, list[Diagnostic]]:
    """Write the program of a graph.

    Args:
        analysis: the analysed graph.
        catalogue: the templates.
        table: the table file of the dataset, for a document that does not name it.
        script: whether the whole file is wanted, or only the code of each component, as for previews.

    Returns:
        The program, without a script where the graph has errors or none is wanted, and what is wrong with custom code.
    """
    written = write(analysis, catalogue, table, script=script)
    return written.program, written.found


def write(
    analysis: Analysis,
    catalogue: Catalogue,
    table: str = "",
    *,
    script: bool = True,
    previous: Written | None = None,
) -> Written:
    """Write the program of a graph, as `generate` does.

    Args:
        analysis: the analysed graph.
        catalogue: the templates.
        table: the table file of the dataset, for a document that does not name it.
        script: whether the whole file is wanted.
        previous: what was written for another state of the graph with the same templates; sections with the same
            grounds are taken over. It changes nothing but the time that this takes.
    """
    dataset = analysis.document.dataset
    table = (dataset.table if dataset else "") or table or "data.csv"
    renderer = Renderer(analysis, catalogue, "arrays" if table.endswith(".npz") else "files")
    sections = renderer.sections(previous.sections if previous else {})
    found = [problem for item in sections.values() for problem in item.found] + renderer.clashes(sections)
    writer = _Writer(analysis, [item.code for item in sections.values() if item.code is not None], table)
    sound = script and analysis.sound and not any(item.severity == "error" for item in found)
    return Written(writer.program(sound), found, sections)


class _Writer:
    def __init__(self, analysis: Analysis, components: list[ComponentCode], table: str) -> None:
        self.analysis = analysis
        self.components = components
        self.table = table
        self.dataset = analysis.document.dataset
        self.imports = sorted({line for node in analysis.nodes.values() if node.type for line in node.type.imports})
        training = analysis.nodes[analysis.training] if analysis.training else None
        self.training: Any = training.settings if training else None
        self.lines: dict[str, tuple[int, int]] = {}

    @cached_property
    def variables(self) -> dict[str, str]:
        return {item.id: identifier(item.id, RESERVED) for item in self.components}

    @cached_property
    def mappings(self) -> set[str]:
        return {item.id for item in self.components if len(item.outputs) > 1}

    @cached_property
    def kept(self) -> set[str]:
        """Return the components whose layer gets a variable of its own."""
        components = self.components
        seen = {binding.component for item in components if item.uses_variables for binding in item.inputs.values()}
        layers = {item.id for item in components if item.kind in {CodeKind.EXPRESSION, CodeKind.CLASS}}
        return {item.shares for item in components if item.shares} | (seen & layers)

    def program(self, sound: bool) -> Program:
        prelude = self.prelude()
        if not sound:
            return Program("", prelude, self.components)
        lines = Lines()
        lines.add(prelude.rstrip("\n"))
        for kind in (CodeKind.DATA, CodeKind.SOURCE, CodeKind.CLASS, CodeKind.TRAINING):
            for item in self.components:
                if item.kind is kind and not item.shares:
                    self.section(lines, item)
        self.weights_of(lines)
        self.prepare_targets(lines)
        self.load_data(lines)
        self.build_model(lines)
        self.main(lines)
        return Program(lines.text(), prelude, [self.placed(item) for item in self.components])

    def placed(self, item: ComponentCode) -> ComponentCode:
        """Return a component with the lines on which its code stands."""
        first, last = self.lines.get(item.id, (0, 0))
        return replace(item, first_line=first, last_line=last) if first else item

    def title(self, item: ComponentCode) -> str:
        node = self.analysis.nodes[item.id]
        return f"# {item.id}: {node.type.title if node.type else item.type}"

    def section(self, lines: Lines, item: ComponentCode) -> None:
        lines.blank(2)
        lines.add(self.title(item))
        self.lines[item.id] = lines.add(item.code)

    def prelude(self) -> str:
        lines = Lines()
        text = "\n".join(item.code for item in self.components)
        lines.add('"""A model written by Glasswork; it runs without it: python model.py --data FOLDER."""')
        lines.add("\nfrom __future__ import annotations\n\nimport argparse\nimport json")
        lines.add("from collections.abc import Callable")
        if self.dataset:
            lines.add("from pathlib import Path")
        lines.add("from typing import NamedTuple")
        lines.add()
        lines.add("import keras")
        if self.dataset or _NUMPY.search(text):
            lines.add("import numpy as np")
        if self.dataset:
            lines.add("import pandas as pd")
        lines.add("import tensorflow as tf")
        if _PILLOW.search(text):
            lines.add("from PIL import Image")
        for line in self.imports:
            lines.add(line)
        lines.add()
        self.constants(lines)
        self.data_class(lines)
        if self.dataset:
            self.table_functions(lines, self.dataset)
        return lines.text()

    def constants(self, lines: Lines) -> None:
        lines.add(f"SOURCE = {python_literal(default_folder(self.dataset))}" if self.dataset else 'SOURCE = "."')
        for name, constant, default in (
            ("seed", "SEED", 123),
            ("epochs", "EPOCHS", 1),
            ("batch_size", "BATCH_SIZE", None),
            ("steps", "STEPS", None if self.dataset else 1),
            ("checkpoint_every", "CHECKPOINT_EVERY", 1),
        ):
            value = getattr(self.training, name, default)
            if value is not None:
                lines.add(f"{constant} = {python_literal(value)}")

    def data_class(self, lines: Lines) -> None:
        lines.blank(2)
        lines.add(
            'class Data(NamedTuple):\n    """Batches of (inputs by component, targets by port); '
            'train(epoch, step) begins at that step of that epoch."""\n'
        )
        lines.add("train: Callable[[int, int], tf.data.Dataset] | None\nvalidation: tf.data.Dataset | None", 4)
        lines.add("test: tf.data.Dataset | None\nsteps: int", 4)

    def table_functions(self, lines: Lines, dataset: DatasetReference) -> None:
        types = {
            str(getattr(node.settings, "feature", "")): node.values.get("feature_type")
            for node in self.analysis.nodes.values()
            if node.settings is not None and node.type is not None and node.type.kind == "data"
        }
        used = sorted(types)
        of_classes = [name for name in used if types[name] in ("categorical", "binary")]
        lines.blank(2)
        lines.add("def read_table(folder: Path) -> pd.DataFrame:")
        lines.add('"""Read the rows that are complete in every column in use."""', 4)
        path = f"folder / {python_literal(self.table)}"
        if self.table.endswith(".npz"):
            lines.add(f"with np.load({path}, allow_pickle=False) as arrays:", 4)
            lines.add("table = pd.DataFrame({name: list(arrays[name]) for name in arrays.files})", 8)
        elif self.table.endswith(".parquet"):
            lines.add(f"table = pd.read_parquet({path})", 4)
        else:
            lines.add(f"table = pd.read_csv({path}, low_memory=False)", 4)
        if of_classes:
            lines.add("# Classes are numbered in their order over all rows, also where those of one are incomplete.", 4)
            asked = [f'{python_literal(name)}: "category"' for name in of_classes]
            lines.call("table = table.astype({", asked, "})", 4)
        lines.call("return table.dropna(", [f"subset={python_literal(used)}", "ignore_index=True"], ")", 4)
        split = dataset.split
        lines.blank(2)
        lines.add("def split_rows(count: int) -> dict[str, np.ndarray]:")
        lines.add('"""Divide the row numbers into training, validation and test."""', 4)
        lines.add(f"order = np.random.default_rng({python_literal(split.seed)}).permutation(count)", 4)
        lines.add(f"train = round({python_literal(split.train)} * count)", 4)
        lines.add(f"validation = train + round({python_literal(split.validation)} * count)", 4)
        lines.add(
            'return {"train": order[:train], "validation": order[train:validation], "test": order[validation:]}', 4
        )

    def of_kind(self, *kinds: CodeKind) -> list[ComponentCode]:
        return [item for item in self.components if item.kind in kinds]

    def target_ports(self) -> dict[str, Any]:
        node = self.analysis.nodes[self.analysis.training or ""]
        return {
            name: binding
            for name, binding in node.bindings.items()
            if (port := node.ports.input(name)) is not None and port.target
        }

    def target_side(self) -> list[ComponentCode]:
        """Return what stands between data and targets, components that the model has too included."""
        return [item for item in self.components if item.id in self.analysis.target_side]

    def weights_of(self, lines: Lines) -> None:
        if any(item.uses_variables for item in self.components):
            lines.blank(2)
            lines.add('def weights_of(layer):\n    """Return the weights of a layer by name."""')
            lines.add("return {weight.name: weight for weight in layer.weights}", 4)

    def prepares(self) -> bool:
        return any(item.kind is not CodeKind.DATA for item in self.target_side())

    def prepare_targets(self, lines: Lines) -> None:
        if not self.prepares():
            return
        side = self.target_side()
        columns = ", ".join(self.variables[item.id] for item in side if item.kind is CodeKind.DATA)
        lines.blank(2)
        lines.add(f"def prepare_targets({columns}):\n" + '    """Make the targets of a batch from its columns."""')
        for item in side:
            if item.kind is not CodeKind.DATA:
                self.layer(lines, item, own=item.target_side)
        body = ", ".join(
            f'"{port}": {call_arguments({port: binding}, False, self.variables, self.mappings)}'
            for port, binding in self.target_ports().items()
        )
        lines.add("return {" + body + "}", 4)

    def load_data(self, lines: Lines) -> None:
        lines.blank(2)
        lines.add("def load_data(folder: str | Path) -> Data:" if self.dataset else "def load_data(folder):")
        if self.dataset is None:
            lines.add('"""Return no rows: the training makes its own."""\nreturn Data(None, None, None, STEPS)', 4)
            return
        lines.add('"""Read the dataset and divide it."""\nfolder = Path(folder)\ntable = read_table(folder)', 4)
        lines.add("rows = split_rows(len(table))\n", 4)
        inputs = [item for item in self.of_kind(CodeKind.DATA) if item.id in self.analysis.model_side]
        if self.prepares():
            targets = {self.variables[item.id]: item.id for item in self.target_side() if item.kind is CodeKind.DATA}
        else:
            targets = {port: binding.component for port, binding in self.target_ports().items()}
        lines.add("def columns(split):", 4)
        self.columns(lines, "inputs", {item.id: item.id for item in inputs})
        self.columns(lines, "targets", targets)
        lines.add("return inputs, targets\n", 8)
        if self.prepares():
            lines.add(
                "def batches(dataset):\n"
                "    return dataset.map(lambda inputs, columns: (inputs, prepare_targets(**columns)))\n",
                4,
            )
        self.datasets(lines)

    def columns(self, lines: Lines, name: str, readers: dict[str, str]) -> None:
        if not readers:
            lines.add(f"{name} = {{}}", 8)
            return
        lines.add(f"{name} = {{", 8)
        for key, component in readers.items():
            lines.add(f'"{key}": read_{component}(table, rows[split], folder),', 12)
        lines.add("}", 8)

    def datasets(self, lines: Lines) -> None:
        shuffle = getattr(self.training, "shuffle", True)
        order = ".shuffle(count, seed=SEED + number)" if shuffle else ""
        lines.add('examples = tf.nest.map_structure(tf.constant, columns("train"))\ncount = len(rows["train"])\n', 4)
        # AutoGraph would need longer to find out that these have no control flow than a step takes.
        direct = "@tf.autograph.experimental.do_not_convert\n"
        gather = "return tf.nest.map_structure(lambda column: tf.gather(column, index), examples)"
        lines.add(f"{direct}def take(index):\n    {gather}\n", 4)
        lines.add("def train(epoch: int = 0, step: int = 0) -> tf.data.Dataset:", 4)
        lines.add(f"{direct}def one_epoch(number):", 8)
        lines.add(f"return tf.data.Dataset.range(count){order}.batch(BATCH_SIZE)\n", 12)
        lines.add("order = tf.data.Dataset.range(epoch, EPOCHS).flat_map(one_epoch).skip(step)", 8)
        prepared = "batches({})" if self.prepares() else "{}"
        lines.add(f"return {prepared.format('order.map(take)')}.prefetch(tf.data.AUTOTUNE)\n", 8)
        lines.add("def whole(split):", 4)
        lines.add("if len(rows[split]) == 0:\n    return None", 8)
        rows = "tf.data.Dataset.from_tensor_slices(columns(split)).batch(256)"
        lines.add(f"return {prepared.format(rows)}.cache()\n", 8)
        lines.add('return Data(train, whole("validation"), whole("test"), -(-count // BATCH_SIZE))', 4)

    def layer(self, lines: Lines, item: ComponentCode, own: bool = True) -> None:
        """Write the lines that make a component's layer and call it; with `own` they are the component's lines."""
        arguments = [call_arguments(item.inputs, item.keyed_inputs, self.variables, self.mappings)]
        if item.uses_variables:
            arguments.append(f"X={self.variables_before(item)}")
        variable = self.variables[item.id]
        if item.shares:
            place = lines.call(f"{variable} = {self.variables[item.shares]}_layer(", arguments, ")", 4)
            if own:
                self.lines[item.id] = place
            return
        if item.kind is CodeKind.CLASS:
            made = f"{item.symbol}(name={python_literal(item.id)})"
        else:
            lines.blank(1)
            lines.add(self.title(item), 4)
            made = item.code
        if item.id in self.kept:
            first, last = lines.add(f"{variable}_layer = {made}", 4)
            lines.call(f"{variable} = {variable}_layer(", arguments, ")", 4)
        else:
            first = lines.call(f"{variable} = {made}(", arguments, ")", 4)[0]
            last = first + made.count("\n")
        if item.kind is CodeKind.EXPRESSION and own:
            self.lines[item.id] = first, last

    def variables_before(self, item: ComponentCode) -> str:
        """Return the mapping X of a call: outputs and weights of the component before, by its id where several are."""
        before = {binding.component: binding for binding in item.inputs.values()}
        by_id = {name: self.variables_of(name) for name in before}
        if len(by_id) == 1:
            return next(iter(by_id.values()))
        return "{" + ", ".join(f'"{name}": {mapping}' for name, mapping in by_id.items()) + "}"

    def variables_of(self, component: str) -> str:
        code = next(item for item in self.components if item.id == component)
        outputs = code.outputs or ("output",)
        values = [
            f'"{name}": {output_value(Binding(component, name), self.variables, self.mappings)}' for name in outputs
        ]
        owner = code.shares or component
        if owner in self.kept:
            values.append(f"**weights_of({self.variables[owner]}_layer)")
        return "{" + ", ".join(values) + "}"

    def build_model(self, lines: Lines) -> None:
        lines.blank(2)
        lines.add('def build_model() -> keras.Model:\n    """Build the model, compiled."""')
        inputs = [item for item in self.of_kind(CodeKind.DATA, CodeKind.SOURCE) if item.id in self.analysis.model_side]
        for item in inputs:
            spec = self.analysis.nodes[item.id].outputs["output"]
            dtype = "" if spec.dtype == "float32" else f", dtype={python_literal(spec.dtype)}"
            arguments = f"{python_literal(spec.shape[1:])}, name={python_literal(item.id)}{dtype}"
            lines.add(f"{self.variables[item.id]} = keras.Input({arguments})", 4)
        for item in self.components:
            if item.kind in {CodeKind.EXPRESSION, CodeKind.CLASS} and item.id in self.analysis.model_side:
                self.layer(lines, item)
        node = self.analysis.nodes[self.analysis.training or ""]
        outputs = {name: binding for name, binding in node.bindings.items() if name not in self.target_ports()}
        given = ", ".join(f'"{item.id}": {self.variables[item.id]}' for item in inputs)
        lines.blank(1)
        made = call_arguments(outputs, True, self.variables, self.mappings)
        lines.call("return assemble(", [f"{{{given}}}", made], ")", 4)

    def main(self, lines: Lines) -> None:
        lines.blank(2)
        lines.add(
            "def main() -> None:\n"
            '    """Train, test and print the final metrics as one JSON object on the last line."""'
        )
        lines.add("parser = argparse.ArgumentParser(description=__doc__)", 4)
        lines.add('parser.add_argument("--data", default=SOURCE, help="the folder of the dataset")', 4)
        lines.add("arguments = parser.parse_args()", 4)
        # With the seed 0 TensorFlow compares the seed of a shuffle with 0, which fails for one that is a tensor.
        seed = "SEED" if getattr(self.training, "seed", 123) else "1"
        lines.add(f"keras.utils.set_random_seed({seed})\ntf.config.experimental.enable_op_determinism()", 4)
        lines.add("data = load_data(arguments.data)\nmodel = build_model()", 4)
        lines.add(
            "progress = keras.callbacks.LambdaCallback("
            "on_epoch_end=lambda epoch, logs: print(epoch + 1, logs, flush=True))",
            4,
        )
        lines.add("history = train(model, data, callbacks=[progress])", 4)
        lines.add("metrics = {name: float(values[-1]) for name, values in history.items()}", 4)
        if self.target_ports():
            lines.add(
                "if data.test is not None:\n    tested = model.evaluate(data.test, verbose=0, return_dict=True)", 4
            )
            lines.add('metrics.update({f"test_{name}": float(value) for name, value in tested.items()})', 8)
        lines.add("print(json.dumps(metrics))", 4)
        lines.blank(2)
        lines.add('if __name__ == "__main__":\n    main()')


def default_folder(dataset: DatasetReference | None) -> str:
    """Return the folder that a script looks in by itself: the source's last name, never an absolute path."""
    if dataset is None:
        return "."
    scheme, _, rest = dataset.source.partition(":")
    if scheme in {"example", "dataset"} and rest:
        return rest
    source = dataset.source
    return (
        source
        if not source.startswith("/") and ".." not in source.split("/")
        else source.rstrip("/").rpartition("/")[2]
    )
