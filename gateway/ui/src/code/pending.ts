// Code that was typed and is not in the document yet: kept through a reload, and taken in when the server answers.

import type { editCode, Written } from "@/api/code";
import { messageOf, Problem, SignedOut } from "@/api/problem";
import { apply, type Change, diff } from "@/document/changes";
import type { Component, ModelDocument } from "@/document/model";
import type { DocumentStore } from "@/document/store";
import { text } from "@/text/text";

/** After so long without a keystroke what was typed is taken in. */
const TYPING_MILLISECONDS = 500;
const RETRY_MILLISECONDS = 2000;

/** What was typed for a component; another keystroke makes another, so that an answer to this one comes too late. */
interface Pending extends Written {
  timer?: ReturnType<typeof setTimeout>;
  attempt?: Promise<void> | undefined;
  /** Why it could not be taken in. */
  trouble: string | null;
}

export interface PendingCodeOptions {
  model: string;
  store: DocumentStore;
  edit: typeof editCode;
}

export class PendingCode {
  private readonly pending = new Map<string, Pending>();
  private readonly listeners = new Set<() => void>();
  private readonly key: string;
  private readonly stop: () => void;
  private closed = false;

  constructor(private readonly options: PendingCodeOptions) {
    this.key = `glasswork code ${options.model}`;
    for (const [id, written] of kept(this.key)) this.pending.set(id, { ...written, trouble: null });
    this.forgetGone();
    this.stop = options.store.subscribe(() => this.forgetGone());
    void this.flush();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** What was typed for a component and not taken in yet; null for nothing. */
  textOf(id: string): string | null {
    return this.pending.get(id)?.text ?? null;
  }

  troubleOf(id: string): string | null {
    return this.pending.get(id)?.trouble ?? null;
  }

  /** Keep what was typed, and take it in a moment later. */
  write(id: string, code: string, resolved = false): void {
    const before = this.pending.get(id);
    clearTimeout(before?.timer);
    this.pending.set(id, { text: code, resolved, trouble: before?.trouble ?? null });
    this.later(id, TYPING_MILLISECONDS);
    this.changed();
  }

  /** Take in at once what was typed for a component. */
  async take(id: string): Promise<void> {
    const pending = this.pending.get(id);
    if (!pending) return;
    clearTimeout(pending.timer);
    pending.attempt ??= this.attempt(id, pending).finally(() => {
      pending.attempt = undefined;
    });
    await pending.attempt;
  }

  /** Forget what was typed, and what the server makes of it. */
  drop(id: string): void {
    clearTimeout(this.pending.get(id)?.timer);
    if (this.pending.delete(id)) this.changed();
  }

  /** Follow a component that gets another name. */
  rename(id: string, to: string): void {
    const pending = this.pending.get(id);
    if (!pending) return;
    this.drop(id);
    this.write(to, pending.text, pending.resolved);
  }

  /** Take in at once all that was typed. */
  async flush(): Promise<void> {
    await Promise.all([...this.pending.keys()].map((id) => this.take(id)));
  }

  /** Send what is left; what nobody answers is there when the model is opened again. */
  async close(): Promise<void> {
    this.closed = true;
    await this.flush();
    this.stop();
  }

  private async attempt(id: string, pending: Pending): Promise<void> {
    const { store, edit } = this.options;
    const sent = store.document;
    const isLate = () => this.pending.get(id) !== pending;
    try {
      const changes = changesOf(sent, id, await edit(sent, id, pending));
      if (isLate()) return;
      this.drop(id);
      store.edit({ label: text("edit.code", { id }), merges: `${id}.code` }, (document) =>
        apply(document, changes),
      );
    } catch (error) {
      if (isLate()) return;
      pending.trouble = messageOf(error);
      this.changed();
      if (!isRefusal(error)) this.later(id, RETRY_MILLISECONDS);
    }
  }

  private later(id: string, milliseconds: number): void {
    const pending = this.pending.get(id);
    if (!pending || this.closed) return;
    pending.timer = setTimeout(() => void this.take(id), milliseconds);
  }

  /** The next component of that name is another one. */
  private forgetGone(): void {
    for (const id of this.pending.keys()) if (!(id in this.options.store.document.components)) this.drop(id);
  }

  private changed(): void {
    keep(this.key, this.pending);
    for (const listener of [...this.listeners]) listener();
  }
}

const FIELDS = new Set(["settings", "code", "ports"]);

/** What an edit of its code changes in a component; the rest may have been edited meanwhile, and stays as it is. */
function changesOf(sent: ModelDocument, id: string, after: Component | undefined): Change[] {
  if (!after) return [];
  const components = { ...sent.components, [id]: after };
  return diff(sent, { ...sent, components }).filter(({ path: [, , field = ""] }) => FIELDS.has(field));
}

/** Whether the server will not take the same again, as it would after it was away. */
function isRefusal(error: unknown): boolean {
  return error instanceof Problem && error.status < 500 && !(error instanceof SignedOut);
}

function kept(key: string): [string, Written][] {
  try {
    const found = JSON.parse(sessionStorage.getItem(key) ?? "{}") as Record<string, Written>;
    return Object.entries(found).filter(([, written]) => typeof written.text === "string");
  } catch {
    return [];
  }
}

function keep(key: string, pending: ReadonlyMap<string, Written>): void {
  const entries = [...pending].map(([id, { text, resolved }]) => [id, { text, resolved }]);
  try {
    if (entries.length) sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(entries)));
    else sessionStorage.removeItem(key);
  } catch {
    // A browser may forbid its storage, or have no room in it; then this lasts as long as the page.
  }
}
