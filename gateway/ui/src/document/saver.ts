// Autosave: writes the working copy a moment after each edit, and takes in what others have written meanwhile.

import { type Change, same } from "./changes";
import { type Draft, Slot } from "./draft";
import type { ModelDocument } from "./model";
import type { DocumentStore } from "./store";

export type SaveState = "saved" | "waiting" | "saving" | "offline" | "refused";

export interface WorkingCopy {
  document: ModelDocument;
  etag: string;
}

/** What the saver asks of the server. */
export interface Shelf {
  read(model: string): Promise<WorkingCopy>;
  /** The new etag, or null where the working copy is not the one of `etag` any more.
   *
   * Throws `Refused` where the server does not take the document, and anything else where it cannot be reached.
   */
  write(model: string, document: ModelDocument, etag: string): Promise<string | null>;
}

export class Refused extends Error {}

const QUIET_MILLISECONDS = 350;
const RETRY_MILLISECONDS = [1000, 2000, 4000, 8000];

export interface SaverOptions {
  model: string;
  /** What names the model for good, besides its id: when it was created. */
  identity: Promise<string>;
  store: DocumentStore;
  shelf: Shelf;
  onState: (state: SaveState, detail?: string) => void;
  onConflicts: (conflicts: Change[]) => void;
}

export class Saver {
  private saved: ModelDocument;
  private etag: string;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: Promise<void> | null = null;
  private failures = 0;
  private readonly channel: BroadcastChannel | null;
  private readonly stop: () => void;

  private constructor(
    private readonly options: SaverOptions,
    copy: WorkingCopy,
    private readonly slot: Slot,
  ) {
    this.saved = copy.document;
    this.etag = copy.etag;
    this.channel =
      typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(`glasswork ${options.model}`);
    if (this.channel)
      this.channel.onmessage = (event: MessageEvent<{ etag: string }>) => this.heard(event.data.etag);
    this.stop = options.store.subscribe(() => this.changed());
  }

  /** Open a model: what the server has, with what an earlier page could not save, and its history. */
  static async open(options: Omit<SaverOptions, "store">, make: (document: ModelDocument) => DocumentStore) {
    const { model, identity, shelf } = options;
    const [copy, name] = await Promise.all([shelf.read(model), identity]);
    const { slot, drafts } = await Slot.take(`${model} ${name}`);
    const store = make(copy.document);
    const [own, ...others] = drafts;
    const conflicts = own ? takeUp(store, copy, own) : [];
    for (const draft of others)
      if (!same(draft.saved, draft.document)) conflicts.push(...store.mergeWith(draft.saved, draft.document));
    const saver = new Saver({ ...options, store }, copy, slot);
    if (conflicts.length) options.onConflicts(conflicts);
    if (store.document !== copy.document || others.length) saver.changed();
    return { store, saver };
  }

  /** Save at once what is not saved yet. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.running) {
      this.running = this.save().finally(() => {
        this.running = null;
      });
    }
    await this.running;
  }

  get isSaved(): boolean {
    return this.options.store.document === this.saved;
  }

  /** Look whether somebody else has written the working copy: another tab, a restore, the command line. */
  async look(): Promise<void> {
    try {
      this.take(await this.options.shelf.read(this.options.model));
    } catch {
      // The next save tells whether the server is there.
    }
  }

  close(): void {
    clearTimeout(this.timer);
    this.stop();
    this.channel?.close();
    void this.remember().finally(() => this.slot.release());
  }

  private changed(): void {
    void this.remember();
    if (this.isSaved || this.options.store.inGesture) return;
    if (this.failures === 0) this.options.onState("waiting");
    this.later(QUIET_MILLISECONDS);
  }

  private later(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), milliseconds);
  }

  private async save(): Promise<void> {
    const { store, shelf, model, onState } = this.options;
    while (!this.isSaved && !store.inGesture) {
      const document = store.document;
      onState("saving");
      try {
        const etag = await shelf.write(model, document, this.etag);
        if (etag === null) this.take(await shelf.read(model));
        else this.written(document, etag);
        this.failures = 0;
      } catch (error) {
        this.failed(error);
        return;
      }
    }
    if (this.isSaved) onState("saved");
  }

  private written(document: ModelDocument, etag: string): void {
    this.saved = document;
    this.etag = etag;
    void this.remember();
    this.channel?.postMessage({ etag });
  }

  private failed(error: unknown): void {
    const { onState } = this.options;
    if (error instanceof Refused) {
      // The same bytes would be refused again: the next edit tries anew.
      onState("refused", error.message);
      return;
    }
    onState("offline");
    this.later(RETRY_MILLISECONDS[Math.min(this.failures, RETRY_MILLISECONDS.length - 1)] ?? 8000);
    this.failures += 1;
  }

  private heard(etag: string): void {
    if (etag !== this.etag && !this.running) void this.look();
  }

  private take(copy: WorkingCopy): void {
    if (copy.etag === this.etag) return;
    const base = this.saved;
    this.saved = copy.document;
    this.etag = copy.etag;
    const conflicts = this.options.store.mergeOutside(base, copy.document);
    if (conflicts.length) this.options.onConflicts(conflicts);
    this.changed();
  }

  private async remember(): Promise<void> {
    const { store } = this.options;
    if (store.inGesture) return;
    await this.slot.write({
      document: store.document,
      saved: this.saved,
      etag: this.etag,
      history: store.history.state,
      time: Date.now(),
    });
  }
}

/** Continue with a draft: its history always, and its unsaved edits on what the server has now. */
function takeUp(store: DocumentStore, copy: WorkingCopy, draft: Draft): Change[] {
  store.resume(copy.etag === draft.etag ? draft.document : copy.document, draft.history);
  return copy.etag === draft.etag ? [] : store.mergeWith(draft.saved, draft.document);
}
