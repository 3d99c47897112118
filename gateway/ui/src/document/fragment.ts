// What the clipboard holds: anything at all, of which only a sound part of a document is taken. No React in here.

import type { Fragment } from "./edits";
import { type Component, type Connection, endOf, isComponentId, type Note } from "./model";

/** The fragment in a text of the clipboard; null where it is something else, or would break the document. */
export function readFragment(text: string): Fragment | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(value) || value["glasswork"] !== 1) return null;
  const { components, connections, notes = [] } = value;
  if (!isRecord(components) || !Array.isArray(connections) || !Array.isArray(notes)) return null;
  const sound =
    Object.entries(components).every(([id, item]) => isComponentId(id) && isComponent(item)) &&
    connections.every((item) => isConnection(item) && endOf(item.from).component in components) &&
    connections.every(({ to }) => endOf(to).component in components) &&
    notes.every(isNote);
  return sound ? ({ glasswork: 1, components, connections, notes } as Fragment) : null;
}

function isComponent(value: unknown): value is Component {
  return (
    isRecord(value) &&
    typeof value["type"] === "string" &&
    isRecord(value["settings"]) &&
    (value["position"] === undefined || isPosition(value["position"]))
  );
}

const isConnection = (value: unknown): value is Connection =>
  isRecord(value) && typeof value["from"] === "string" && typeof value["to"] === "string";

const isNote = (value: unknown): value is Note =>
  isRecord(value) &&
  typeof value["text"] === "string" &&
  isPosition(value["position"]) &&
  isPosition(value["size"]);

const isPosition = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 2 && value.every((number) => Number.isFinite(number));

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
