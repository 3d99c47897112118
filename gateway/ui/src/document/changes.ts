// Edits as data. An edit is a list of changes, each at a place that is named by keys, never by a position in a list:
// so an edit still means the same after somebody else has changed the document, and its inverse is a swap.

import { type Connection, connectionKey, type Json, type ModelDocument } from "./model";

export interface Change {
  /** Keys from the top: `["components", "conv1", "settings", "filters"]`, `["connections", "a.output>b.input"]`. */
  path: readonly string[];
  /** What was there; undefined for nothing. */
  before: unknown;
  /** What is there afterwards; undefined for nothing. */
  after: unknown;
  /** Where an item of a list stood, to put it back there. */
  index?: number;
}

export interface Operation {
  op: "add" | "remove" | "replace" | "move" | "copy" | "test";
  path: string;
  from?: string | null;
  value?: unknown;
}

type Tree = Record<string, unknown>;

/** The lists whose items have names of their own. */
const LISTS: Record<string, (item: never) => string> = {
  connections: (item: Connection) => connectionKey(item),
  notes: (item: { id: string }) => item.id,
  groups: (item: { id: string }) => item.id,
};
/** Values that are changed as a whole, though they have parts: half of another's code would be no code. */
const WHOLE = new Set(["code", "ports"]);

/** What turns one document into another. Parts that are the same object are not looked into. */
export function diff(before: ModelDocument, after: ModelDocument): Change[] {
  const changes: Change[] = [];
  const [left, right] = [before as unknown as Tree, after as unknown as Tree];
  for (const key of keysOf(left, right)) {
    if (key in LISTS) diffLists(key, left[key], right[key], changes);
    else diffValues([key], left[key], right[key], changes);
  }
  return changes;
}

/** The document after some changes. A change inside what is not there any more is left out. */
export function apply(document: ModelDocument, changes: readonly Change[]): ModelDocument {
  let result = document as unknown as Tree;
  for (const change of changes) {
    const [first] = change.path;
    if (first === undefined) continue;
    if (first in LISTS && change.path.length === 2)
      result = withList(result, first, withItem(result, change));
    else result = (withValue(result, change.path, change.after) as Tree | undefined) ?? result;
  }
  return result as unknown as ModelDocument;
}

/** The changes that take others back. */
export function invert(changes: readonly Change[]): Change[] {
  return changes
    .map(({ path, before, after, index }) => ({
      path,
      before: after,
      after: before,
      ...(index === undefined ? {} : { index }),
    }))
    .reverse();
}

/** The changes as RFC 6902 operations on `before`, for those who keep a copy of their own. */
export function toPatch(before: ModelDocument, changes: readonly Change[]): Operation[] {
  const operations: Operation[] = [];
  let current = before;
  for (const change of changes) {
    operations.push(...operationsOf(current as unknown as Tree, change));
    current = apply(current, [change]);
  }
  return operations;
}

/** The document after RFC 6902 operations, such as the fix of a diagnostic.
 *
 * Throws where they do not fit the document.
 */
export function patched(document: ModelDocument, operations: readonly Operation[]): ModelDocument {
  let result: unknown = document;
  for (const operation of operations) {
    try {
      result = operated(result, operation);
    } catch (error) {
      throw new Error(`The patch does not fit the document at ${operation.path}.`, { cause: error });
    }
  }
  return result as ModelDocument;
}

/** Whether two values have the same content; the order of keys does not count. */
export function same(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (!isObject(left) || !isObject(right) || Array.isArray(left) !== Array.isArray(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => key in right && same(left[key], right[key]))
  );
}

function isObject(value: unknown): value is Tree {
  return typeof value === "object" && value !== null;
}

function isTree(value: unknown): value is Tree {
  return isObject(value) && !Array.isArray(value);
}

function keysOf(left: Tree, right: Tree): string[] {
  return [...Object.keys(left), ...Object.keys(right).filter((key) => !(key in left))];
}

function diffValues(path: string[], before: unknown, after: unknown, changes: Change[]): void {
  if (before === after) return;
  if (isTree(before) && isTree(after) && !WHOLE.has(path.at(-1) ?? "")) {
    for (const key of keysOf(before, after)) diffValues([...path, key], before[key], after[key], changes);
  } else if (!same(before, after)) changes.push({ path, before, after });
}

function diffLists(name: string, left: unknown, right: unknown, changes: Change[]): void {
  if (left === right) return;
  const keyOf = keyFunction(name);
  const before = (left as unknown[] | undefined) ?? [];
  const after = (right as unknown[] | undefined) ?? [];
  const old = new Map(before.map((item, index) => [keyOf(item), { item, index }]));
  const fresh = new Set(after.map(keyOf));
  // The last first, so that the inverse puts them back in their places.
  for (const [key, { item, index }] of [...old].reverse())
    if (!fresh.has(key)) changes.push({ path: [name, key], before: item, after: undefined, index });
  after.forEach((item, index) => {
    const known = old.get(keyOf(item));
    if (!known) changes.push({ path: [name, keyOf(item)], before: undefined, after: item, index });
    else diffValues([name, keyOf(item)], known.item, item, changes);
  });
}

function keyFunction(name: string): (item: unknown) => string {
  return LISTS[name] as unknown as (item: unknown) => string;
}

/** The document with a list; one that may be missing is missing when it is empty. */
function withList(tree: Tree, name: string, items: unknown[]): Tree {
  if (items.length || name === "connections") return { ...tree, [name]: items };
  const { [name]: _empty, ...others } = tree;
  return others;
}

function withItem(tree: Tree, change: Change): unknown[] {
  const [name = "", key = ""] = change.path;
  const keyOf = keyFunction(name);
  const items = ((tree[name] as unknown[] | undefined) ?? []).slice();
  const found = items.findIndex((item) => keyOf(item) === key);
  if (found >= 0) items.splice(found, 1);
  if (change.after !== undefined)
    items.splice(found >= 0 ? found : (change.index ?? items.length), 0, change.after);
  return items;
}

function withValue(tree: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(tree)) return undefined;
  if (!isTree(tree)) return undefined;
  if (key in LISTS && Array.isArray(tree[key]) && rest.length > 1) return withInItem(tree, key, rest, value);
  const inner = withValue(tree[key], rest, value);
  if (inner === undefined && rest.length) return undefined;
  if (inner !== undefined) return { ...tree, [key]: inner };
  const { [key]: _gone, ...others } = tree;
  return others;
}

function withInItem(tree: Tree, name: string, rest: readonly string[], value: unknown): Tree | undefined {
  const [key = "", ...inner] = rest;
  const keyOf = keyFunction(name);
  const items = tree[name] as unknown[];
  const found = items.findIndex((item) => keyOf(item) === key);
  if (found < 0) return undefined;
  const changed = withValue(items[found], inner, value);
  return { ...tree, [name]: items.map((item, index) => (index === found ? changed : item)) };
}

function pointer(path: readonly (string | number)[]): string {
  return path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function operationsOf(tree: Tree, change: Change): Operation[] {
  const [name = "", key = "", ...rest] = change.path;
  if (!(name in LISTS)) return valueOperations(tree, change.path, change.path, change.after);
  const items = (tree[name] as unknown[] | undefined) ?? [];
  const keyOf = keyFunction(name);
  const index = items.findIndex((item) => keyOf(item) === key);
  if (rest.length)
    return index < 0 ? [] : valueOperations(items[index], rest, [name, index, ...rest], change.after);
  if (change.after === undefined) return index < 0 ? [] : [{ op: "remove", path: pointer([name, index]) }];
  if (index >= 0) return [{ op: "replace", path: pointer([name, index]), value: change.after }];
  if (!(name in tree)) return [{ op: "add", path: pointer([name]), value: [change.after] }];
  return [
    {
      op: "add",
      path: pointer([name, Math.min(change.index ?? items.length, items.length)]),
      value: change.after,
    },
  ];
}

function valueOperations(
  within: unknown,
  keys: readonly string[],
  path: readonly (string | number)[],
  value: unknown,
): Operation[] {
  let parent: unknown = within;
  for (const key of keys.slice(0, -1)) parent = isTree(parent) ? parent[key] : undefined;
  if (!isTree(parent)) return [];
  const last = keys.at(-1) ?? "";
  if (value === undefined) return last in parent ? [{ op: "remove", path: pointer(path) }] : [];
  return [{ op: last in parent ? "replace" : "add", path: pointer(path), value }];
}

function keysOfPointer(text: string): string[] {
  if (text === "") return [];
  if (!text.startsWith("/")) throw new Error(`'${text}' is no JSON pointer.`);
  return text
    .slice(1)
    .split("/")
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function operated(tree: unknown, operation: Operation): unknown {
  const path = keysOfPointer(operation.path);
  switch (operation.op) {
    case "add":
    case "replace":
      return edited(tree, path, operation.op, operation.value);
    case "remove":
      return edited(tree, path, "remove", undefined);
    case "test":
      if (!same(valueAt(tree, path), operation.value))
        throw new Error(`The document has changed at ${operation.path}.`);
      return tree;
    default: {
      const from = keysOfPointer(operation.from ?? "");
      const value = valueAt(tree, from);
      return edited(
        operation.op === "move" ? edited(tree, from, "remove", undefined) : tree,
        path,
        "add",
        value,
      );
    }
  }
}

function valueAt(tree: unknown, path: readonly string[]): unknown {
  let value = tree;
  for (const key of path) {
    if (!isObject(value) || !(key in value))
      throw new Error(`The document has nothing at /${path.join("/")}.`);
    value = value[key];
  }
  return value;
}

function edited(
  tree: unknown,
  path: readonly string[],
  op: "add" | "replace" | "remove",
  value: unknown,
): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (!isObject(tree)) throw new Error(`The document has nothing at ${key}.`);
  if (Array.isArray(tree)) return editedList(tree, key, rest, op, value);
  if (rest.length) return { ...tree, [key]: edited(tree[key], rest, op, value) };
  if (op !== "add" && !(key in tree)) throw new Error(`The document has nothing at ${key}.`);
  const { [key]: _old, ...others } = tree;
  return op === "remove" ? others : { ...tree, [key]: value };
}

function editedList(
  list: unknown[],
  key: string,
  rest: readonly string[],
  op: string,
  value: unknown,
): unknown[] {
  const index = key === "-" ? list.length : Number(key);
  if (!Number.isInteger(index) || index < 0 || index > list.length)
    throw new Error(`A list has no place ${key}.`);
  const copy = list.slice();
  if (rest.length) copy[index] = edited(copy[index], rest, op as "add", value);
  else if (op === "add") copy.splice(index, 0, value);
  else if (op === "replace") copy[index] = value;
  else copy.splice(index, 1);
  return copy;
}

/** A value as JSON can hold it; for what comes from outside and is trusted no further. */
export function isJson(value: unknown): value is Json {
  if (value === null || ["string", "boolean"].includes(typeof value)) return true;
  if (typeof value === "number") return Number.isFinite(value);
  return isObject(value) && Object.values(value).every(isJson);
}
