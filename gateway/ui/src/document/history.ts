// Undo and redo: one entry for each gesture, as many as there were.

import { apply, type Change, invert } from "./changes";
import type { ModelDocument } from "./model";

export interface Entry {
  /** What was done, in words of the message catalogue: shown beside Undo. */
  label: string;
  changes: Change[];
  /** Gestures of the same kind within a moment become one entry: arrow keys, typing. */
  merges?: string;
  time: number;
}

export interface HistoryState {
  done: Entry[];
  undone: Entry[];
}

const MERGE_MILLISECONDS = 1000;

export class History {
  private done: Entry[] = [];
  private undone: Entry[] = [];

  get state(): HistoryState {
    return { done: this.done, undone: this.undone };
  }

  restore(state: HistoryState): void {
    this.done = state.done.slice();
    this.undone = state.undone.slice();
  }

  /** Remember what was done; what had been undone is forgotten. */
  add(entry: Entry): void {
    this.undone = [];
    const last = this.done.at(-1);
    if (last && entry.merges && last.merges === entry.merges && entry.time - last.time < MERGE_MILLISECONDS) {
      this.done = [...this.done.slice(0, -1), { ...entry, changes: composed(last.changes, entry.changes) }];
    } else this.done = [...this.done, entry];
  }

  /** The document before the last entry, and that entry; null where there is none. */
  undo(document: ModelDocument): { document: ModelDocument; entry: Entry } | null {
    const entry = this.done.at(-1);
    if (!entry) return null;
    this.done = this.done.slice(0, -1);
    this.undone = [...this.undone, entry];
    return { document: apply(document, invert(entry.changes)), entry };
  }

  /** The document after the entry that was undone last, and that entry; null where there is none. */
  redo(document: ModelDocument): { document: ModelDocument; entry: Entry } | null {
    const entry = this.undone.at(-1);
    if (!entry) return null;
    this.undone = this.undone.slice(0, -1);
    this.done = [...this.done, entry];
    return { document: apply(document, entry.changes), entry };
  }
}

/** Two lists of changes in turn as one: of a place that both change, the first `before` and the last `after`. */
function composed(first: readonly Change[], second: readonly Change[]): Change[] {
  const result = first.slice();
  for (const change of second) {
    const index = result.findIndex((item) => item.path.join("\0") === change.path.join("\0"));
    const known = result[index];
    if (known) result[index] = { ...known, after: change.after };
    else result.push(change);
  }
  return result;
}
