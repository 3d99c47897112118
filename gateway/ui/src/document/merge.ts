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
  let result = theirs;
  for (const { path } of mine) {
    const [top, id = ""] = path;
    if (path.length < 3) continue;
    if (top === "components") {
      const kept = ours.components[id];
      if (kept && base.components[id] && !result.components[id])
        result = { ...result, components: { ...result.components, [id]: kept } };
    } else if (top === "notes" || top === "groups") result = withItemOf(top, id, base, ours, result);
  }
  return result;
}

/** A document with the note or group that they removed and we have changed. */
function withItemOf(
  top: "notes" | "groups",
  id: string,
  base: ModelDocument,
  ours: ModelDocument,
  theirs: ModelDocument,
): ModelDocument {
  const find = (document: ModelDocument) =>
    (document[top] as { id: string }[] | undefined)?.find((item) => item.id === id);
  const kept = find(ours);
  if (!kept || !find(base) || find(theirs)) return theirs;
  return { ...theirs, [top]: [...(theirs[top] ?? []), kept] };
}

/** The document without wires to components that are gone, with one wire at most into each port, and its groups alike. */
export function sound(document: ModelDocument): ModelDocument {
  const taken = new Map(document.connections.map((item) => [item.to, connectionKey(item)]));
  const connections = document.connections.filter((item) => {
    const [from, to] = [endOf(item.from).component, endOf(item.to).component];
    return (
      from in document.components && to in document.components && taken.get(item.to) === connectionKey(item)
    );
  });
  const wired = connections.length === document.connections.length ? document : { ...document, connections };
  const isGone = (id: string) => !(id in document.components);
  if (!document.groups?.some((group) => group.components.some(isGone))) return wired;
  const groups = document.groups.map((group) => ({
    ...group,
    components: group.components.filter((id) => !isGone(id)),
  }));
  return { ...wired, groups: groups.filter((group) => group.components.length > 0) };
}
