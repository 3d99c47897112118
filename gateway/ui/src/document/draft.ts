// What a browser remembers of a model: the document as it is edited, what was saved of it, and the history.
// It is there so that a reload, a crash or a lost connection loses nothing. Each tab writes in a slot of its own, and
// what tabs that are gone have left is taken over by the next one.

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { HistoryState } from "./history";
import type { ModelDocument } from "./model";

export interface Draft {
  document: ModelDocument;
  /** The document that the server has under `etag`. */
  saved: ModelDocument;
  etag: string;
  history: HistoryState;
  time: number;
}

interface Kept extends Draft {
  slot: string;
  model: string;
}

interface Shelf extends DBSchema {
  slots: { key: string; value: Kept; indexes: { model: string } };
}

/** How long a tab that is loaded again waits for the slot that its page before has just left. */
const WAIT_MILLISECONDS = 500;

let opened: Promise<IDBPDatabase<Shelf>> | null = null;

function database(): Promise<IDBPDatabase<Shelf>> {
  opened ??= openDB<Shelf>("glasswork drafts", 1, {
    upgrade(fresh) {
      fresh.createObjectStore("slots", { keyPath: "slot" }).createIndex("model", "model");
    },
  });
  return opened;
}

/** The place where one tab keeps its draft of one model, as long as it shows it. */
export class Slot {
  private readonly held: Held[] = [];
  private name = "";
  /** Slots of tabs that are gone, until what they hold is part of the draft. */
  private left: string[] = [];

  /**
   * Take a slot: the one this tab had before, else one of a tab that is gone, else a new one.
   *
   * @param model what names the model for good: its id alone may be that of another one before or elsewhere.
   * @returns the slot, and what is to be continued: its own draft first, then those of tabs that are gone.
   */
  static async take(model: string): Promise<{ slot: Slot; drafts: Draft[] }> {
    const slot = new Slot(model);
    const drafts: Draft[] = [];
    const own = remembered(model);
    for (const kept of await draftsOf(model, own)) {
      const held = await hold(kept.slot, kept.slot === own);
      if (!held) continue;
      slot.held.push(held);
      drafts.push(kept);
      if (!slot.name) slot.name = kept.slot;
      else slot.left.push(kept.slot);
    }
    if (!slot.name) {
      slot.name = `${model} ${Date.now()} ${Math.random()}`;
      const held = await hold(slot.name, false);
      if (held) slot.held.push(held);
    }
    remember(model, slot.name);
    return { slot, drafts };
  }

  private constructor(private readonly model: string) {}

  async write(draft: Draft): Promise<void> {
    try {
      const writing = (await database()).transaction("slots", "readwrite");
      // Without waiting for the answer: what a page has not committed when it is left is lost, the steps of undo with it.
      const put = writing.store.put({ ...draft, slot: this.name, model: this.model });
      const gone = this.left.splice(0).map((name) => writing.store.delete(name));
      writing.commit();
      await Promise.all([put, ...gone, writing.done]);
    } catch {
      // A browser may forbid its storage; then editing goes on, and is saved on the server.
    }
  }

  /** Leave it to others. */
  release(): void {
    for (const release of this.held.splice(0)) release();
  }
}

/** The drafts of a model: that of a slot first, then the newest. */
async function draftsOf(model: string, first: string | null): Promise<Kept[]> {
  try {
    const all = await (await database()).getAllFromIndex("slots", "model", model);
    return all.sort(
      (left, right) => Number(right.slot === first) - Number(left.slot === first) || right.time - left.time,
    );
  } catch {
    // As above: the server has everything that was saved.
    return [];
  }
}

type Held = () => void;

/** Hold a slot as long as this page lives; null where another tab does. */
async function hold(slot: string, wait: boolean): Promise<Held | null> {
  // Where the browser knows no locks, as on plain http from elsewhere, tabs cannot know of one another.
  const locks = globalThis.navigator?.locks;
  if (!locks) return () => {};
  const options = wait ? { signal: AbortSignal.timeout(WAIT_MILLISECONDS) } : { ifAvailable: true };
  return new Promise((resolve) => {
    const held = locks.request(`glasswork draft ${slot}`, options, (lock) => {
      if (!lock) return resolve(null);
      return new Promise<void>((release) => resolve(release));
    });
    held.catch(() => resolve(null));
  });
}

const storageKey = (model: string) => `glasswork draft ${model}`;

function remembered(model: string): string | null {
  try {
    return sessionStorage.getItem(storageKey(model));
  } catch {
    return null;
  }
}

function remember(model: string, slot: string): void {
  try {
    sessionStorage.setItem(storageKey(model), slot);
  } catch {
    // The next page of this tab takes the newest.
  }
}
