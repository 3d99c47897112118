// What is known of each component right now. Outside React and outside the history: a component of the page subscribes
// to the one that it shows, and nothing else is drawn again when a preview comes.

import type { Schemas } from "@/api/client";
import { groupBy } from "@/document/collections";

export type Preview = Schemas["ComponentPreview"];
export type Diagnostic = Schemas["Diagnostic"];
export type ComponentVariable = Schemas["ComponentVariable"];

export interface Spec {
  shape: (number | null)[];
  dtype: string;
}

/** `computing` while an edit is under way that may change it; `none` before anything is known. */
export type LiveState = "none" | "computing" | "ok" | "error" | "blocked";

export interface Live {
  state: LiveState;
  /** The specs of its outputs by port, as they are inferred. */
  outputs: Record<string, Spec>;
  preview: Preview | null;
  diagnostics: Diagnostic[];
}

export type Connection = "connecting" | "live" | "offline" | "ended";

const NOTHING: Live = { state: "none", outputs: {}, preview: null, diagnostics: [] };

export class LiveStore {
  private readonly components = new Map<string, Live>();
  private readonly listeners = new Map<string, Set<() => void>>();
  private readonly followers = new Set<() => void>();
  private all: Diagnostic[] = [];
  private link: Connection = "connecting";
  private trouble: string | null = null;
  private working = false;

  get = (id: string): Live => this.components.get(id) ?? NOTHING;

  /** All findings, those about the whole graph included. */
  get diagnostics(): Diagnostic[] {
    return this.all;
  }

  get connection(): Connection {
    return this.link;
  }

  /** What the server said about the last edit that it could not answer; null where it could. */
  get error(): string | null {
    return this.trouble;
  }

  get busy(): boolean {
    return this.working;
  }

  /** Subscribe to a component by its id, or to everything that is not of one component by an empty id. */
  subscribe(id: string, listener: () => void): () => void {
    const set = this.listeners.get(id) ?? new Set();
    this.listeners.set(id, set.add(listener));
    return () => {
      set.delete(listener);
      if (!set.size && this.listeners.get(id) === set) this.listeners.delete(id);
    };
  }

  /** Subscribe to everything that is of a component. */
  subscribeAll(listener: () => void): () => void {
    this.followers.add(listener);
    return () => this.followers.delete(listener);
  }

  setConnection(link: Connection): void {
    if (this.link === link) return;
    this.link = link;
    this.tell("");
  }

  setError(text: string | null): void {
    if (this.trouble === text) return;
    this.trouble = text;
    this.tell("");
  }

  setBusy(busy: boolean): void {
    if (this.working === busy) return;
    this.working = busy;
    this.tell("");
  }

  setShapes(shapes: Record<string, Record<string, Spec>>): void {
    for (const [id, outputs] of Object.entries(shapes)) this.change(id, { outputs });
  }

  setComputing(ids: Iterable<string>): void {
    for (const id of ids) if (this.get(id).state !== "computing") this.change(id, { state: "computing" });
  }

  /** Nothing computes any more: what was not told anew is as it was. */
  settle(): void {
    for (const [id, live] of this.components)
      if (live.state === "computing") this.change(id, { state: live.preview?.state ?? "none" });
  }

  setPreviews(previews: Record<string, Preview>): void {
    for (const [id, preview] of Object.entries(previews)) this.change(id, { preview, state: preview.state });
  }

  setDiagnostics(found: Diagnostic[]): void {
    this.all = found;
    const byComponent = groupBy(found, (item) => item.component ?? "");
    for (const id of new Set([...this.components.keys(), ...byComponent.keys()])) {
      const diagnostics = id ? (byComponent.get(id) ?? []) : [];
      if (id && (diagnostics.length || this.get(id).diagnostics.length)) this.change(id, { diagnostics });
    }
    this.tell("");
  }

  /** Forget the components that are gone. */
  keep(ids: ReadonlySet<string>): void {
    for (const id of [...this.components.keys()]) {
      if (ids.has(id)) continue;
      this.components.delete(id);
      this.tell(id);
    }
  }

  private change(id: string, change: Partial<Live>): void {
    this.components.set(id, { ...this.get(id), ...change });
    this.tell(id);
  }

  private tell(id: string): void {
    for (const listener of [...(this.listeners.get(id) ?? [])]) listener();
    if (id) for (const follower of this.followers) follower();
  }
}
