// Which ports a component has, and which of them may be connected.

import type { ComponentType } from "@/app/workspace";
import { groupBy } from "@/document/collections";
import { type Component, type Connection, endOf, type ModelDocument } from "@/document/model";
import type { Spec } from "@/live/store";

/** From where quick add connects what is chosen; null for a component that stands alone. */
export interface Dangling {
  component: string;
  port: string;
  /** `source` where the wire leaves an output and looks for an input. */
  side: "source" | "target";
}

export interface PortView {
  name: string;
  rank: number | null;
  dtype: string | null;
  required: boolean;
  /** The next of a repeated port, which nothing needs yet. */
  spare?: boolean;
}

interface Port extends PortView {
  repeated: boolean;
}

/** `input` and `input_2` are the first and second of one repeated port. */
export function baseOf(port: string): string {
  return port.replace(/_\d+$/, "");
}

/** The input ports: of a repeated one those that are connected, and a free one after them. */
export function inputsOf(
  type: ComponentType | undefined,
  component: Component,
  connected: readonly string[],
): PortView[] {
  const declared: readonly Port[] = type?.inputs ?? [];
  const found = declared.flatMap((port) => (port.repeated ? repeated(port, connected) : [port]));
  found.sort((left, right) => Number(left.spare ?? false) - Number(right.spare ?? false));
  return withOthers(found, [...(component.ports?.inputs ?? []), ...connected]);
}

export function outputsOf(
  type: ComponentType | undefined,
  component: Component,
  connected: readonly string[],
): PortView[] {
  const declared: readonly PortView[] = type?.outputs ?? [];
  return withOthers([...declared], [...(component.ports?.outputs ?? []), ...connected]);
}

function repeated(port: Port, connected: readonly string[]): PortView[] {
  const numbers = connected
    .filter((name) => baseOf(name) === port.name)
    .map((name) => Number(/_(\d+)$/.exec(name)?.[1] ?? 1));
  const last = Math.max(0, ...numbers);
  const free = Array.from({ length: last + 1 }, (_, index) => index + 1).find(
    (number) => !numbers.includes(number),
  );
  const shown = [...new Set([...numbers, free ?? last + 1])].sort((left, right) => left - right);
  return shown.map((number) => ({
    ...port,
    name: number === 1 ? port.name : `${port.name}_${number}`,
    required: port.required && number === 1,
    spare: number > 1 && !numbers.includes(number),
  }));
}

/** With ports that custom code adds, and those that only a wire knows: a wire must end somewhere. */
function withOthers(ports: PortView[], names: readonly string[]): PortView[] {
  const known = new Set(ports.map((port) => port.name));
  const others = [...new Set(names)].filter((name) => !known.has(name));
  return [...ports, ...others.map((name) => ({ name, rank: null, dtype: null, required: false }))];
}

/** Whether a tensor may flow into a port, as far as its spec is known. */
export function fits(port: PortView, spec: Spec | undefined): boolean {
  if (!spec) return true;
  // A port's rank counts the batch axis, a spec's shape does not.
  if (port.rank !== null && spec.shape.length + 1 !== port.rank) return false;
  return port.dtype === null || port.dtype === spec.dtype;
}

/** All components that a component feeds, near and far. */
export function descendants(connections: readonly Connection[], id: string): Set<string> {
  const next = groupBy(connections, (item) => endOf(item.from).component);
  const found = new Set<string>();
  const visit = (at: string): void => {
    for (const { to } of next.get(at) ?? []) {
      const { component } = endOf(to);
      if (found.has(component)) continue;
      found.add(component);
      visit(component);
    }
  };
  visit(id);
  return found;
}

/** Whether a wire from one component to another would close a circle. */
export function closesCircle(document: ModelDocument, from: string, to: string): boolean {
  return from === to || descendants(document.connections, to).has(from);
}

/** The wires at each component, by the port that they end in. */
export interface Wiring {
  inputs: Map<string, string[]>;
  outputs: Map<string, string[]>;
}

export function wiringOf(connections: readonly Connection[]): Wiring {
  const wiring: Wiring = { inputs: new Map(), outputs: new Map() };
  const add = (map: Map<string, string[]>, end: string) => {
    const { component, port } = endOf(end);
    const known = map.get(component);
    if (!known) map.set(component, [port]);
    else if (!known.includes(port)) known.push(port);
  };
  for (const { from, to } of connections) {
    add(wiring.outputs, from);
    add(wiring.inputs, to);
  }
  return wiring;
}
