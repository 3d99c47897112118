import { expect, it, vi } from "vitest";
import { remove, setSetting } from "@/document/edits";
import { DocumentStore, type Event } from "@/document/store";
import { chain } from "./documents";

const filters = (store: DocumentStore) => store.document.components["conv1"]?.settings["filters"];
const set = (store: DocumentStore, value: number, merges?: string) =>
  store.edit({ label: "filters", ...(merges ? { merges } : {}) }, setSetting("conv1", "filters", value));

it("undoes and redoes step by step, without a limit", () => {
  const store = new DocumentStore(chain());
  for (let value = 1; value <= 300; value += 1) set(store, 1000 + value);
  for (let value = 0; value < 300; value += 1) store.undo();
  expect(store.document).toEqual(chain());
  expect(store.undo()).toBeNull();
  for (let value = 0; value < 300; value += 1) store.redo();
  expect(filters(store)).toBe(1300);
});

it("makes one step of a gesture, however many edits it has", () => {
  const store = new DocumentStore(chain());
  store.begin({ label: "drag" });
  for (const value of [17, 18, 19]) set(store, value);
  store.end();
  expect(store.history.state.done).toHaveLength(1);
  store.undo();
  expect(filters(store)).toBe(16);
});

it("joins quick edits of one kind, and only those", () => {
  const store = new DocumentStore(chain());
  set(store, 17, "typing");
  set(store, 18, "typing");
  set(store, 19);
  expect(store.history.state.done).toHaveLength(2);
  store.undo();
  expect(filters(store)).toBe(18);
  store.undo();
  expect(filters(store)).toBe(16);
});

it("remembers nothing of an edit that changes nothing", () => {
  const store = new DocumentStore(chain());
  const listener = vi.fn();
  store.subscribe(listener);
  expect(set(store, 16)).toBe(false);
  expect(listener).not.toHaveBeenCalled();
});

it("follows suggestions without a step of undo", () => {
  const store = new DocumentStore(chain());
  store.follow(setSetting("dense1", "units", 3));
  expect(store.history.state.done).toHaveLength(0);
});

it("takes in outside changes in the middle of a gesture, and undoes only its own", () => {
  const store = new DocumentStore(chain());
  store.begin({ label: "drag" });
  set(store, 17);
  store.mergeOutside(chain(), setSetting("dense1", "units", 3)(chain()));
  store.end();
  store.undo();
  expect(filters(store)).toBe(16);
  expect(store.document.components["dense1"]?.settings["units"]).toBe(3);
});

it("goes on when what is undone was removed elsewhere", () => {
  const store = new DocumentStore(chain());
  set(store, 17);
  const saved = store.document;
  store.mergeOutside(saved, remove(new Set(["conv1"]))(saved));
  store.undo();
  expect(store.document.components).not.toHaveProperty("conv1");
});

it("tells what happened", () => {
  const store = new DocumentStore(chain());
  const kinds: Event["kind"][] = [];
  store.subscribe((event) => kinds.push(event.kind));
  set(store, 17);
  store.undo();
  store.redo();
  store.mergeOutside(store.document, setSetting("dense1", "units", 3)(store.document));
  expect(kinds).toEqual(["edit", "undo", "redo", "outside"]);
});
