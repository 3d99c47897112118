// Two people, or two tabs, have changed the same document: the changes of both, and ours where they meet.

import { apply, type Change, diff, same } from "./changes";
import { connectionKey, endOf, type ModelDocument } from "./model";

export interface Merged {
  document: ModelDocument;
  /** Places that both have changed, in different ways: ours is kept there. */
  conflicts: Change[];
}

/** What comes of `theirs` when our changes since `base` are made to it. */
export function merge(base: ModelDocument, ours: ModelDocument, theirs: ModelDocument): Merged {
  const mine = diff(base, ours);
  if (!mine.length) return { document: theirs, conflicts: [] };
  const others = diff(base, theirs);
  if (!others.length) return { document: ours, conflicts: [] };
  const conflicts = mine.filter((change) => others.some((other) => collide(change, other)));
  return { document: sound(apply(revived(base, ours, theirs, mine), mine)), conflicts };
}

function collide(left: Change, right: Change): boolean {
  const length = Math.min(left.path.length, right.path.length);
  for (let index = 0; index < length; index += 1) if (left.path[index] !== right.path[index]) return false;
  return !same(left.after, right.after);
}

/** Their document with what they removed and we have changed: an edit is never lost in a removal. */
function revived(
  base: ModelDocument,
  ours: ModelDocument,
  theirs: ModelDocument,
  mine: Change[],
): ModelDocument {
  let components = theirs.components;
  for (const { path } of mine) {
    const [top, id = ""] = path;
    const kept = ours.components[id];
    if (top === "components" && path.length > 2 && kept && base.components[id] && !components[id])
      components = { ...components, [id]: kept };
  }
  return components === theirs.components ? theirs : { ...theirs, components };
}

/** The document without wires to components that are gone, and with one wire at most into each port. */
function sound(document: ModelDocument): ModelDocument {
  const taken = new Map(document.connections.map((item) => [item.to, connectionKey(item)]));
  const connections = document.connections.filter((item) => {
    const [from, to] = [endOf(item.from).component, endOf(item.to).component];
    return (
      from in document.components && to in document.components && taken.get(item.to) === connectionKey(item)
    );
  });
  return connections.length === document.connections.length ? document : { ...document, connections };
}
