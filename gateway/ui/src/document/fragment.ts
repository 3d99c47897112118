// What the clipboard holds: anything at all, of which only a sound part of a document is taken. No React in here.

import { text } from "@/text/text";
import type { Fragment } from "./edits";
import {
  type Component,
  type Connection,
  connectionKey,
  endOf,
  isComponentId,
  type Position,
  type Values,
} from "./model";

const NAME = "[a-z][a-z0-9_]{0,62}";
const ID = new RegExp(`^${NAME}$`);
/** A component type is written `plugin.name`, an end of a wire `component.port`. */
const DOTTED = new RegExp(`^${NAME}\\.${NAME}$`);
const LONGEST_CODE = 262_144;
/** Signs of a place that a notice has room for. */
const LONGEST_PLACE = 90;
const LARGEST_NOTE = 1e6;
/** So deep a value may be nested that it can stand in a document. */
const DEEPEST = 60;
/** From here on JSON has numbers with an exponent, which are read as they are. */
const WITH_EXPONENT = 1e21;

/** The fragment in a text of the clipboard, with nothing in it but what a document may have.
 *
 * Throws an error, for people, where it is something else, or would break the document.
 */
export function readFragment(content: string): Fragment {
  const { components, connections, notes = [] } = ours(content);
  const found = Object.entries(record(components, "components")).map(([id, item]) => {
    const place = `components.${id}`;
    return [isComponentId(id) ? id : refuse(place), componentOf(item, place)] as const;
  });
  const known = new Set(found.map(([id]) => id));
  const wires = list(connections, "connections").map((item, index) => {
    const wire = connectionOf(item, `connections.${index}`);
    const leads = [wire.from, wire.to].every((end) => known.has(endOf(end).component));
    return leads ? wire : refuse(`connections.${index}`);
  });
  return {
    glasswork: 1,
    components: Object.fromEntries(found),
    connections: [...new Map(wires.map((wire) => [connectionKey(wire), wire])).values()],
    notes: list(notes, "notes").map((item, index) => noteOf(item, `notes.${index}`)),
  };
}

/** What says of itself that it is a fragment. */
function ours(content: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(content);
    if (isRecord(value) && value["glasswork"] === 1) return value;
  } catch {
    // A text like any other.
  }
  throw new Error(text("canvas.nothingToPaste"));
}

function refuse(place: string): never {
  throw new Error(text("canvas.unsound", { place: place.slice(0, LONGEST_PLACE) }));
}

function componentOf(value: unknown, place: string): Component {
  const { type, settings, suggested, shares, code, ports, position, bypassed, collapsed } = record(
    value,
    place,
  );
  return {
    type: match(type, DOTTED, `${place}.type`),
    settings: valuesOf(settings, `${place}.settings`),
    ...(isThere(suggested) && { suggested: valuesOf(suggested, `${place}.suggested`) }),
    ...(isThere(shares) && { shares: match(shares, ID, `${place}.shares`) }),
    ...(isThere(code) && { code: codeOf(code, `${place}.code`) }),
    ...(isThere(ports) && { ports: portsOf(ports, `${place}.ports`) }),
    ...(isThere(position) && { position: pointOf(position, `${place}.position`) }),
    ...(flag(bypassed, `${place}.bypassed`) && { bypassed: true }),
    ...(flag(collapsed, `${place}.collapsed`) && { collapsed: true }),
  };
}

function codeOf(value: unknown, place: string): { text: string; base: string } {
  const { text: code, base = "" } = record(value, place);
  return {
    text: prose(code, LONGEST_CODE, `${place}.text`),
    base: prose(base, LONGEST_CODE, `${place}.base`),
  };
}

function portsOf(value: unknown, place: string): { inputs: string[]; outputs: string[] } {
  const { inputs = [], outputs = [] } = record(value, place);
  const names = (side: unknown, at: string) => list(side, at).map((name) => match(name, ID, at));
  return { inputs: names(inputs, `${place}.inputs`), outputs: names(outputs, `${place}.outputs`) };
}

function connectionOf(value: unknown, place: string): Connection {
  const { from, to } = record(value, place);
  return { from: match(from, DOTTED, `${place}.from`), to: match(to, DOTTED, `${place}.to`) };
}

function noteOf(value: unknown, place: string): Fragment["notes"][number] {
  const { text: written, position, size } = record(value, place);
  const [width, height] = pointOf(size, `${place}.size`);
  if (Math.min(width, height) <= 0 || Math.max(width, height) > LARGEST_NOTE) refuse(`${place}.size`);
  return {
    text: prose(written, Number.POSITIVE_INFINITY, `${place}.text`),
    position: pointOf(position, `${place}.position`),
    size: [width, height],
  };
}

/** Two numbers; where they lie is held to the canvas when they are put there. */
function pointOf(value: unknown, place: string): Position {
  const [x, y, ...more] = list(value, place);
  return isNumber(x) && isNumber(y) && !more.length ? [x, y] : refuse(place);
}

function valuesOf(value: unknown, place: string): Values {
  const found = record(value, place);
  return isPlain(found, DEEPEST) ? (found as Values) : refuse(place);
}

function record(value: unknown, place: string): Record<string, unknown> {
  return isRecord(value) ? value : refuse(place);
}

function list(value: unknown, place: string): unknown[] {
  return Array.isArray(value) ? value : refuse(place);
}

function match(value: unknown, pattern: RegExp, place: string): string {
  return typeof value === "string" && pattern.test(value) ? value : refuse(place);
}

function prose(value: unknown, most: number, place: string): string {
  return isText(value) && value.length <= most ? value : refuse(place);
}

function flag(value: unknown, place: string): boolean {
  return value === undefined || typeof value === "boolean" ? value === true : refuse(place);
}

/** Whether a value of JSON can stand in a document. */
function isPlain(value: unknown, deepest: number): boolean {
  if (typeof value === "string") return isText(value);
  if (typeof value === "number") return Number.isFinite(value) && isWritable(value);
  if (typeof value !== "object" || value === null) return true;
  return (
    deepest > 0 && Object.entries(value).every(([key, item]) => isText(key) && isPlain(item, deepest - 1))
  );
}

/** Whether JSON has a number as more than digits, which the server reads as an integer and takes up to 2^53. */
const isWritable = (value: number): boolean =>
  Math.abs(value) <= Number.MAX_SAFE_INTEGER || Math.abs(value) >= WITH_EXPONENT;

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** Whether it is a text of whole signs: half a pair of surrogates is none. */
const isText = (value: unknown): value is string =>
  typeof value === "string" && !/\p{Surrogate}/u.test(value);

const isThere = (value: unknown): boolean => value !== undefined && value !== null;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
