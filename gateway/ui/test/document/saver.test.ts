import "fake-indexeddb/auto";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Change } from "@/document/changes";
import { setSetting } from "@/document/edits";
import type { ModelDocument } from "@/document/model";
import { Refused, Saver, type SaveState, type Shelf } from "@/document/saver";
import { DocumentStore } from "@/document/store";
import { chain } from "./documents";

/** A server with one working copy, as strict about etags as the real one. */
class FakeShelf implements Shelf {
  document: ModelDocument = chain();
  version = 1;
  trouble: Error | null = null;

  async read() {
    if (this.trouble) throw this.trouble;
    return { document: this.document, etag: `e${this.version}` };
  }

  async write(_model: string, document: ModelDocument, etag: string) {
    if (this.trouble) throw this.trouble;
    if (etag !== `e${this.version}`) return null;
    this.document = JSON.parse(JSON.stringify(document)) as ModelDocument;
    this.version += 1;
    return `e${this.version}`;
  }
}

let count = 0;
let model = "";
let identity = "created";
const opened: Saver[] = [];

async function open(shelf: Shelf) {
  const states: SaveState[] = [];
  const conflicts: Change[] = [];
  const options = {
    model,
    identity: Promise.resolve(identity),
    shelf,
    onState: (state: SaveState) => states.push(state),
    onConflicts: (found: Change[]) => conflicts.push(...found),
  };
  const { store, saver } = await Saver.open(options, (document) => new DocumentStore(document));
  opened.push(saver);
  return { store, saver, states, conflicts };
}

const set = (store: DocumentStore, id: string, name: string, value: number) =>
  store.edit({ label: name }, setSetting(id, name, value));
const setting = (document: ModelDocument, id: string, name: string) =>
  document.components[id]?.settings[name];
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The locks of a browser, of which Node may have none. */
class FakeLocks {
  private readonly held = new Set<string>();

  async request(name: string, _options: unknown, use: (lock: object | null) => unknown) {
    if (this.held.has(name)) return use(null);
    this.held.add(name);
    return Promise.resolve(use({})).finally(() => this.held.delete(name));
  }
}

beforeEach(() => {
  count += 1;
  model = `model-${count}`;
  identity = "created";
  vi.stubGlobal("navigator", { locks: new FakeLocks() });
});
afterEach(() => {
  for (const saver of opened.splice(0)) saver.close();
  vi.unstubAllGlobals();
});

it("saves a moment after an edit, and says so", async () => {
  const shelf = new FakeShelf();
  const { store, states } = await open(shelf);
  set(store, "conv1", "filters", 32);
  await vi.waitFor(() => expect(setting(shelf.document, "conv1", "filters")).toBe(32));
  await vi.waitFor(() => expect(states).toEqual(["waiting", "saving", "saved"]));
});

it("loses no edit when somebody else has saved meanwhile", async () => {
  const shelf = new FakeShelf();
  const { store, saver } = await open(shelf);
  await shelf.write(model, setSetting("dense1", "units", 3)(chain()), "e1");
  set(store, "conv1", "filters", 32);
  await saver.flush();
  expect(setting(shelf.document, "conv1", "filters")).toBe(32);
  expect(setting(shelf.document, "dense1", "units")).toBe(3);
  expect(store.document).toEqual(shelf.document);
});

it("lets two tabs on one model converge", async () => {
  const shelf = new FakeShelf();
  const [one, other] = [await open(shelf), await open(shelf)];
  set(one.store, "conv1", "filters", 32);
  set(other.store, "dense1", "units", 3);
  await Promise.all([one.saver.flush(), other.saver.flush()]);
  await vi.waitFor(() => expect(one.store.document).toEqual(other.store.document));
  expect(setting(shelf.document, "conv1", "filters")).toBe(32);
  expect(setting(shelf.document, "dense1", "units")).toBe(3);
});

it("keeps ours and says where both changed one place", async () => {
  const shelf = new FakeShelf();
  const { store, saver, conflicts } = await open(shelf);
  await shelf.write(model, setSetting("conv1", "filters", 64)(chain()), "e1");
  set(store, "conv1", "filters", 32);
  await saver.flush();
  expect(setting(shelf.document, "conv1", "filters")).toBe(32);
  expect(conflicts.map(({ path }) => path.join("."))).toEqual(["components.conv1.settings.filters"]);
});

it("survives a reload before anything was saved, undo included", async () => {
  const shelf = new FakeShelf();
  const first = await open(shelf);
  shelf.trouble = new Error("away");
  set(first.store, "conv1", "filters", 32);
  await pause(30);
  shelf.trouble = null;
  opened.splice(0)[0]?.close();
  const second = await open(shelf);
  expect(setting(second.store.document, "conv1", "filters")).toBe(32);
  await second.saver.flush();
  expect(setting(shelf.document, "conv1", "filters")).toBe(32);
  second.store.undo();
  expect(setting(second.store.document, "conv1", "filters")).toBe(16);
});

it("puts a draft on what others have saved since", async () => {
  const shelf = new FakeShelf();
  const first = await open(shelf);
  shelf.trouble = new Error("away");
  set(first.store, "conv1", "filters", 32);
  await pause(30);
  opened.splice(0)[0]?.close();
  shelf.trouble = null;
  await shelf.write(model, setSetting("dense1", "units", 3)(chain()), "e1");
  const { store } = await open(shelf);
  expect(setting(store.document, "conv1", "filters")).toBe(32);
  expect(setting(store.document, "dense1", "units")).toBe(3);
});

it("tries again while the server is away", async () => {
  const shelf = new FakeShelf();
  const { store, saver, states } = await open(shelf);
  shelf.trouble = new Error("away");
  set(store, "conv1", "filters", 32);
  await saver.flush();
  expect(states.at(-1)).toBe("offline");
  shelf.trouble = null;
  await vi.waitFor(() => expect(states.at(-1)).toBe("saved"), { timeout: 3000 });
  expect(setting(shelf.document, "conv1", "filters")).toBe(32);
});

it("does not repeat what was refused until it has changed", async () => {
  const shelf = new FakeShelf();
  const write = vi.spyOn(shelf, "write");
  const { store, saver, states } = await open(shelf);
  shelf.trouble = new Refused("bad value");
  set(store, "conv1", "filters", 32);
  await saver.flush();
  expect(states.at(-1)).toBe("refused");
  await pause(500);
  expect(write).toHaveBeenCalledTimes(1);
});

it("waits for the end of a gesture", async () => {
  const shelf = new FakeShelf();
  const { store } = await open(shelf);
  store.begin({ label: "drag" });
  set(store, "conv1", "filters", 20);
  await pause(500);
  expect(shelf.version).toBe(1);
  store.end();
  await vi.waitFor(() => expect(shelf.version).toBe(2));
});

it("keeps the history of each tab apart", async () => {
  const shelf = new FakeShelf();
  const first = await open(shelf);
  set(first.store, "conv1", "filters", 32);
  await first.saver.flush();
  const second = await open(shelf);
  set(second.store, "dense1", "units", 3);
  await second.saver.flush();
  await vi.waitFor(() => expect(setting(first.store.document, "dense1", "units")).toBe(3));
  expect(second.store.history.state.done).toHaveLength(1);
  opened.splice(0)[0]?.close();
  await pause(30);
  const again = await open(shelf);
  expect(again.store.history.state.done.map(({ label }) => label)).toEqual(["filters"]);
  again.store.undo();
  expect(setting(again.store.document, "conv1", "filters")).toBe(16);
  second.saver.close();
});

it("takes over what several tabs could not save", async () => {
  const shelf = new FakeShelf();
  const tabs = [await open(shelf), await open(shelf)] as const;
  shelf.trouble = new Error("away");
  set(tabs[0].store, "conv1", "filters", 32);
  set(tabs[1].store, "dense1", "units", 3);
  for (const saver of opened.splice(0)) saver.close();
  await pause(30);
  shelf.trouble = null;
  const { saver } = await open(shelf);
  await saver.flush();
  expect(setting(shelf.document, "conv1", "filters")).toBe(32);
  expect(setting(shelf.document, "dense1", "units")).toBe(3);
  opened.splice(0);
  saver.close();
  await pause(30);
  const { store } = await open(shelf);
  expect(store.document).toEqual(shelf.document);
});

it("puts no draft of another model on one of the same name", async () => {
  const shelf = new FakeShelf();
  const first = await open(shelf);
  shelf.trouble = new Error("away");
  set(first.store, "conv1", "filters", 32);
  opened.splice(0)[0]?.close();
  await pause(30);
  identity = "later";
  const { store } = await open(new FakeShelf());
  expect(store.document).toEqual(chain());
  expect(store.history.state.done).toEqual([]);
});
