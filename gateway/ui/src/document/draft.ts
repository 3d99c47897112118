// What a browser remembers of a model: the document as it is edited, what was saved of it, and the history.
// It is there so that a reload, a crash or a lost connection loses nothing.

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { HistoryState } from "./history";
import type { ModelDocument } from "./model";

export interface Draft {
  model: string;
  document: ModelDocument;
  /** The document that the server has under `etag`. */
  saved: ModelDocument;
  etag: string;
  history: HistoryState;
  time: number;
}

interface Shelf extends DBSchema {
  drafts: { key: string; value: Draft };
}

let opened: Promise<IDBPDatabase<Shelf>> | null = null;

function database(): Promise<IDBPDatabase<Shelf>> {
  opened ??= openDB<Shelf>("glasswork", 1, {
    upgrade(fresh) {
      fresh.createObjectStore("drafts", { keyPath: "model" });
    },
  });
  return opened;
}

export async function readDraft(model: string): Promise<Draft | undefined> {
  try {
    return await (await database()).get("drafts", model);
  } catch {
    // A browser may forbid its storage; then there is no draft, and the server has everything that was saved.
    return undefined;
  }
}

export async function writeDraft(draft: Draft): Promise<void> {
  try {
    const writing = (await database()).transaction("drafts", "readwrite");
    // Without waiting for the answer: what a page has not committed when it is left is lost, the steps of undo with it.
    const put = writing.store.put(draft);
    writing.commit();
    await Promise.all([put, writing.done]);
  } catch {
    // As above: editing goes on, and is saved on the server.
  }
}
