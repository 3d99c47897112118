// The model document as plain data: what model.json holds, format 1.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Values = Record<string, Json>;
export type Position = [number, number];

export interface Split {
  train: number;
  validation: number;
  test: number;
  seed: number;
}

export interface DatasetReference {
  source: string;
  hash?: string;
  table?: string;
  features: Record<string, { type: string }>;
  split: Split;
}

export interface Component {
  type: string;
  settings: Values;
  suggested?: Values;
  shares?: string;
  code?: { text: string; base: string };
  ports?: { inputs: string[]; outputs: string[] };
  position?: Position;
  bypassed?: boolean;
  collapsed?: boolean;
}

export interface Connection {
  from: string;
  to: string;
}

export interface Note {
  id: string;
  text: string;
  position: Position;
  size: Position;
}

export interface Group {
  id: string;
  title: string;
  color: string;
  components: string[];
}

export interface ModelDocument {
  format: number;
  dataset: DatasetReference | null;
  components: Record<string, Component>;
  connections: Connection[];
  plugins: Record<string, string>;
  notes?: Note[];
  groups?: Group[];
}

export const EMPTY_DOCUMENT: ModelDocument = {
  format: 1,
  dataset: null,
  components: {},
  connections: [],
  plugins: {},
};

/** The component and the port of `component.port`. */
export function endOf(text: string): { component: string; port: string } {
  const dot = text.indexOf(".");
  return { component: text.slice(0, dot), port: text.slice(dot + 1) };
}

/** What names a connection: no two lead from one port to the same other port. */
export function connectionKey(connection: Connection): string {
  return `${connection.from}>${connection.to}`;
}

/** What counts for a component: its settings over what was suggested. */
export function valuesOf(component: Component): Values {
  return { ...component.suggested, ...component.settings };
}

const KEYWORDS = new Set(
  (
    "and as assert async await break class continue def del elif else except finally for from global if import in is " +
    "lambda nonlocal not or pass raise return try while with yield"
  ).split(" "),
);

/** Whether a text may be the id of a component: a Python name in lower case that is no keyword. */
export function isComponentId(text: string): boolean {
  return /^[a-z][a-z0-9_]{0,62}$/.test(text) && !KEYWORDS.has(text);
}

/** An id that nothing else has. `randomUUID` would be missing where the page comes over plain http. */
export function freshId(stem: string): string {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
  return `${stem}-${number.toString(16).padStart(8, "0")}`;
}

/** An id that is free in the document: `conv1`, `conv2`, … for the stem `conv`. */
export function freeId(taken: Iterable<string>, stem: string): string {
  const used = new Set(taken);
  const plain =
    stem
      .toLowerCase()
      .replace(/[^a-z0-9_]/g, "")
      .replace(/^[^a-z]+/, "")
      .slice(0, 56) || "component";
  let number = 1;
  while (used.has(`${plain}${number}`)) number += 1;
  return `${plain}${number}`;
}
