// From far away the canvas is one picture. What is awake is an element of the page besides: it can be pointed at, dragged,
// opened, and read aloud.

import type { ModelDocument } from "@/document/model";

/** Up to so many components everything is awake. */
export const MANY = 80;

export interface Attention {
  /** A component or a wire under the pointer. */
  pointed: string | null;
  focused: string | null;
  /** The component that connecting by keyboard aims at; empty where it aims at none. */
  aim: string;
  /** The wire that a dragged component would be put into. */
  over: string | null;
  selection: ReadonlySet<string>;
  wires: ReadonlySet<string>;
}

/** What is awake of a large graph: components by their id, wires by their key. */
export function awakeOf({ components }: ModelDocument, attention: Attention): Set<string> {
  const { pointed, focused, aim, over, selection, wires } = attention;
  const ids = Object.keys(components);
  const known = (id: string | null | undefined) => (id && components[id] ? id : undefined);
  // Something can always be reached by Tab, and Tab leads on from there.
  const place = known(focused) ?? known([...selection].at(-1)) ?? ids[0];
  const index = place ? ids.indexOf(place) : -1;
  const next = [ids[index - 1], ids[index + 1]];
  const found = [place, ...next, pointed, aim, over, [...selection].at(-1), [...wires].at(-1)];
  return new Set(found.filter((item): item is string => Boolean(item)));
}
