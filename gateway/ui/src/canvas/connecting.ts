// Drawing a wire: which ports are legal, and what happens where it ends.

import type { Workspace } from "@/app/workspace";
import { connect } from "@/document/edits";
import { type Connection, endOf } from "@/document/model";
import { text } from "@/text/text";
import { closesCircle, type Dangling, fits, inputsOf, outputsOf, wiringOf } from "./ports";

/** `source id.port` and `target id.port` of every port that a wire from a port may end in. */
export function legalEnds(workspace: Workspace, from: Dangling): Set<string> {
  const { document } = workspace.store;
  const wiring = wiringOf(document.connections);
  const found = new Set<string>();
  for (const [id, component] of Object.entries(document.components)) {
    const [source, target] = from.side === "source" ? [from.component, id] : [id, from.component];
    if (closesCircle(document, source, target)) continue;
    const type = workspace.types.get(component.type);
    if (from.side === "source") {
      const spec = workspace.live.get(source).outputs[from.port];
      for (const port of inputsOf(type, component, wiring.inputs.get(id) ?? []))
        if (fits(port, spec)) found.add(`target ${id}.${port.name}`);
    } else {
      const wanted = portOf(workspace, from);
      for (const port of outputsOf(type, component, wiring.outputs.get(id) ?? []))
        if (!wanted || fits(wanted, workspace.live.get(id).outputs[port.name]))
          found.add(`source ${id}.${port.name}`);
    }
  }
  return found;
}

function portOf(workspace: Workspace, at: Dangling) {
  const component = workspace.store.document.components[at.component];
  if (!component) return undefined;
  return inputsOf(workspace.types.get(component.type), component, [at.port]).find(
    (port) => port.name === at.port,
  );
}

/** The input ports that may be fed from a component, free ones first, near ones first: for connecting by keyboard. */
export function targetsFrom(workspace: Workspace, from: Dangling): string[] {
  const { document } = workspace.store;
  const taken = new Set(document.connections.map((item) => item.to));
  const [x, y] = document.components[from.component]?.position ?? [0, 0];
  const distance = (end: string) => {
    const [left, top] = document.components[endOf(end).component]?.position ?? [0, 0];
    return Math.hypot(left - x, top - y) + (left < x ? 2000 : 0) + (taken.has(end) ? 100_000 : 0);
  };
  return [...legalEnds(workspace, from)]
    .map((end) => end.replace(/^target /, ""))
    .toSorted((left, right) => distance(left) - distance(right));
}

export function makeWire(workspace: Workspace, wire: Connection): void {
  workspace.store.edit(
    { label: text("edit.connect", { from: wire.from, to: endOf(wire.to).component }) },
    connect(wire),
  );
}
