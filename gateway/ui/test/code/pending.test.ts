import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Written } from "@/api/code";
import { Problem, Unreachable } from "@/api/problem";
import { PendingCode } from "@/code/pending";
import { remove, rename, setCode, setSetting } from "@/document/edits";
import type { Component } from "@/document/model";
import { DocumentStore } from "@/document/store";
import { chain } from "../document/documents";

/** A server that answers when it is told to. */
class FakeServer {
  readonly asked: { text: string; answer: (after: Component) => void; fail: (error: Error) => void }[] = [];

  edit = (_document: unknown, _id: string, { text }: Written) =>
    new Promise<Component>((answer, fail) => this.asked.push({ text, answer, fail }));

  /** Take the text of a question as custom code, beside settings. */
  async take(index: number, settings: Component["settings"] = { filters: 16 }) {
    const { text, answer } = this.asked[index] as (typeof this.asked)[number];
    answer({ type: "core.convolution", settings, code: { text, base: "" } });
    await vi.advanceTimersByTimeAsync(0);
  }

  async fail(index: number, error: Error) {
    this.asked[index]?.fail(error);
    await vi.advanceTimersByTimeAsync(0);
  }
}

const away = () => new Unreachable("away");
const refusal = () => new Problem(400, "INVALID_GRAPH", "Its settings are bad.", {});

function open(server: FakeServer, store = new DocumentStore(chain())) {
  const code = new PendingCode({ model: "digits", store, edit: server.edit });
  return { code, store, codeOf: (id = "conv1") => store.document.components[id]?.code?.text };
}

beforeEach(() => {
  vi.useFakeTimers();
  const kept = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("takes in what was typed when nobody has typed for a moment", async () => {
  const server = new FakeServer();
  const { code, codeOf } = open(server);
  code.write("conv1", "x = 1");
  await vi.advanceTimersByTimeAsync(400);
  code.write("conv1", "x = 12");
  await vi.advanceTimersByTimeAsync(400);
  expect(server.asked).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(100);
  await server.take(0);
  expect(codeOf()).toBe("x = 12");
  expect(code.textOf("conv1")).toBeNull();
});

it.each([
  [0, 1],
  [1, 0],
])("keeps the newer code whether question %d or %d is answered first", async (...order) => {
  const server = new FakeServer();
  const { code, store, codeOf } = open(server);
  code.write("conv1", "older");
  void code.take("conv1");
  code.write("conv1", "newer");
  void code.take("conv1");
  for (const index of order) await server.take(index);
  expect(codeOf()).toBe("newer");
  expect(store.history.state.done).toHaveLength(1);
});

it("asks once for a text, however often it is to be taken", async () => {
  const server = new FakeServer();
  const { code } = open(server);
  code.write("conv1", "x");
  void code.take("conv1");
  void code.flush();
  expect(server.asked).toHaveLength(1);
});

it("leaves the template in place where it was asked for before the answer came", async () => {
  const server = new FakeServer();
  const { code, store, codeOf } = open(server);
  code.write("conv1", "mine");
  void code.take("conv1");
  code.drop("conv1");
  store.edit({ label: "reset" }, setCode("conv1", undefined));
  await server.take(0);
  expect(codeOf()).toBeUndefined();
});

it("moves only the settings that the edit of the code moves", async () => {
  const server = new FakeServer();
  const store = new DocumentStore(setSetting("conv1", "strides", 1)(chain()));
  const { code } = open(server, store);
  code.write("conv1", "filters=32");
  void code.take("conv1");
  store.edit({ label: "strides" }, setSetting("conv1", "strides", 2));
  store.edit({ label: "padding" }, setSetting("conv1", "padding", "same"));
  await server.take(0, { filters: 32, strides: 1 });
  expect(store.document.components["conv1"]?.settings).toEqual({ filters: 32, strides: 2, padding: "same" });
});

it("keeps what nobody answers, says why, and takes it in when somebody does", async () => {
  const server = new FakeServer();
  const { code, codeOf } = open(server);
  code.write("conv1", "mine");
  void code.take("conv1");
  await server.fail(0, away());
  expect([code.textOf("conv1"), code.troubleOf("conv1")]).toEqual(["mine", "away"]);
  await vi.advanceTimersByTimeAsync(2000);
  await server.take(1);
  expect([code.textOf("conv1"), code.troubleOf("conv1"), codeOf()]).toEqual([null, null, "mine"]);
});

it("does not ask again for what was refused, until somebody types or leaves the field", async () => {
  const server = new FakeServer();
  const { code } = open(server);
  code.write("conv1", "mine");
  void code.take("conv1");
  await server.fail(0, refusal());
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.asked).toHaveLength(1);
  expect(code.textOf("conv1")).toBe("mine");
  void code.take("conv1");
  expect(server.asked).toHaveLength(2);
});

it("takes in after a reload what the page before it could not", async () => {
  open(new FakeServer()).code.write("conv1", "mine");
  const server = new FakeServer();
  const { codeOf } = open(server);
  await server.take(0);
  expect(codeOf()).toBe("mine");
  expect(open(new FakeServer()).code.textOf("conv1")).toBeNull();
});

it("waits for the answers when the model is left, and for none that does not come", async () => {
  const server = new FakeServer();
  const { code, codeOf } = open(server);
  code.write("conv1", "mine");
  code.write("dense1", "lost");
  const closed = vi.fn();
  void code.close().then(closed);
  await server.take(0);
  expect(codeOf()).toBe("mine");
  expect(closed).not.toHaveBeenCalled();
  await server.fail(1, away());
  expect(closed).toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.asked).toHaveLength(2);
  expect(open(new FakeServer()).code.textOf("dense1")).toBe("lost");
});

it("follows a component to its new name, and gives nothing to another one of the old name", async () => {
  const server = new FakeServer();
  const { code, store, codeOf } = open(server);
  code.write("conv1", "mine");
  code.write("dense1", "gone");
  code.rename("conv1", "edges");
  store.edit({ label: "rename" }, rename("conv1", "edges"));
  store.edit({ label: "delete" }, remove(new Set(["dense1"])));
  store.undo();
  await vi.advanceTimersByTimeAsync(500);
  expect(server.asked.map((question) => question.text)).toEqual(["mine"]);
  await server.take(0);
  expect(codeOf("edges")).toBe("mine");
});
