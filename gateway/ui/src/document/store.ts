// The document that is being edited: the one place where it changes. No React in here.

import { type Change, diff } from "./changes";
import { History, type HistoryState } from "./history";
import { merge } from "./merge";
import type { ModelDocument } from "./model";

export interface Event {
  /** `edit`, `undo` and `redo` are the user's; `follow` is what the server suggests; `outside` another tab or person. */
  kind: "edit" | "preview" | "undo" | "redo" | "follow" | "outside";
  changes: Change[];
  /** Places that were changed here and elsewhere, where ours is kept. */
  conflicts?: Change[];
}

export type Listener = (event: Event) => void;

export interface EditOptions {
  label: string;
  /** Edits with the same word within a second become one step of undo. */
  merges?: string;
}

export class DocumentStore {
  readonly history = new History();
  private current: ModelDocument;
  private gesture: { start: ModelDocument; options: EditOptions } | null = null;
  private readonly listeners = new Set<Listener>();

  constructor(document: ModelDocument) {
    this.current = document;
  }

  get document(): ModelDocument {
    return this.current;
  }

  get inGesture(): boolean {
    return this.gesture !== null;
  }

  subscribe = (listener: Listener): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Change the document by a pure function; one step of undo, unless a gesture is under way. */
  edit(options: EditOptions, change: (document: ModelDocument) => ModelDocument): boolean {
    const after = change(this.current);
    const changes = diff(this.current, after);
    if (!changes.length) return false;
    this.current = after;
    if (!this.gesture) this.history.add({ ...options, changes, time: Date.now() });
    this.tell({ kind: this.gesture ? "preview" : "edit", changes });
    return true;
  }

  /** Begin a gesture: all edits until `end` are one step of undo. */
  begin(options: EditOptions): void {
    this.end();
    this.gesture = { start: this.current, options };
  }

  end(): void {
    const gesture = this.gesture;
    if (!gesture) return;
    this.gesture = null;
    const changes = diff(gesture.start, this.current);
    if (!changes.length) return;
    this.history.add({ ...gesture.options, changes, time: Date.now() });
    this.tell({ kind: "edit", changes: [] });
  }

  undo(): string | null {
    this.end();
    const found = this.history.undo(this.current);
    if (found) this.replace("undo", found.document);
    return found?.entry.label ?? null;
  }

  redo(): string | null {
    this.end();
    const found = this.history.redo(this.current);
    if (found) this.replace("redo", found.document);
    return found?.entry.label ?? null;
  }

  /** Forget steps of undo: `history` is what there was before something that has been taken out again. */
  rewind(history: HistoryState): void {
    this.history.restore(history);
    this.tell({ kind: "edit", changes: [] });
  }

  /** Take in what the server suggests: a part of the document, and no step of undo. */
  follow(change: (document: ModelDocument) => ModelDocument): void {
    this.replace("follow", change(this.current));
  }

  /** Take in what was changed elsewhere since `base`; what was changed here stays. */
  mergeOutside(base: ModelDocument, theirs: ModelDocument): Change[] {
    const { document, conflicts } = merge(base, this.current, theirs);
    if (this.gesture) this.gesture.start = merge(base, this.gesture.start, theirs).document;
    const changes = diff(this.current, document);
    this.current = document;
    if (changes.length || conflicts.length) this.tell({ kind: "outside", changes, conflicts });
    return conflicts;
  }

  /** Continue where an earlier page was left. */
  resume(document: ModelDocument, history: HistoryState): void {
    this.history.restore(history);
    this.replace("outside", document);
  }

  /** Make the changes that an earlier page made to `base` and could not save. */
  mergeWith(base: ModelDocument, ours: ModelDocument): Change[] {
    const { document, conflicts } = merge(base, ours, this.current);
    this.replace("outside", document);
    return conflicts;
  }

  private replace(kind: Event["kind"], document: ModelDocument): void {
    const changes = diff(this.current, document);
    this.current = document;
    this.tell({ kind, changes });
  }

  private tell(event: Event): void {
    for (const listener of [...this.listeners]) listener(event);
  }
}
