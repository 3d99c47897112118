// Room for what a fix adds: what stands to its right on the same line moves along. No React in here.

import { WIDTH } from "@/canvas/sizes";
import { move } from "@/document/edits";
import { endOf, type ModelDocument, type Position } from "@/document/model";

const GAP = 76;
/** Components whose tops are nearer than this stand on one line. */
const LINE = 100;

/** Make room for the components that are new, so that none covers another. */
export function withRoom(before: ModelDocument, after: ModelDocument): ModelDocument {
  const added = Object.keys(after.components).filter((id) => !(id in before.components));
  return added.reduce(makeRoom, after);
}

function makeRoom(document: ModelDocument, id: string): ModelDocument {
  const place = document.components[id]?.position ?? placeBefore(document, id);
  if (!place) return document;
  const onLine = Object.entries(document.components).filter(
    ([other, { position }]) => other !== id && position && Math.abs(position[1] - place[1]) < LINE,
  ) as [string, { position: Position }][];
  const left = onLine.map(([, { position }]) => position[0]).filter((x) => x <= place[0]);
  const x = left.length ? Math.max(...left) + WIDTH + GAP : place[0];
  const places = new Map<string, Position>([[id, [x, place[1]]]]);
  const right = onLine.filter(([, { position }]) => position[0] > place[0]);
  const nearest = Math.min(...right.map(([, { position }]) => position[0]));
  const shift = Math.max(0, x + WIDTH + GAP - nearest);
  for (const [other, { position }] of right) places.set(other, [position[0] + shift, position[1]]);
  return move(places)(document);
}

/** Where what feeds a component stands, or else what it feeds: whoever made the fix may know no places. */
function placeBefore({ components, connections }: ModelDocument, id: string): Position | undefined {
  const before = connections.find(({ to }) => endOf(to).component === id)?.from;
  const behind = connections.find(({ from }) => endOf(from).component === id)?.to;
  const end = before ?? behind;
  return end ? components[endOf(end).component]?.position : undefined;
}
