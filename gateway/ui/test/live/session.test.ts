import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { setSetting } from "@/document/edits";
import { DocumentStore } from "@/document/store";
import { LiveSession } from "@/live/session";
import { LiveStore } from "@/live/store";
import { chain } from "../document/documents";

type Message = Record<string, unknown>;

class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readonly sent: Message[] = [];
  readyState = 1;
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: (event: { code: number; reason: string }) => void;
  constructor() {
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {}
  say(message: Message) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

vi.mock("@/api/client", () => ({ socketAddress: (path: string) => `ws://here/api/v1${path}` }));

beforeEach(() => {
  FakeSocket.all = [];
  vi.stubGlobal("window", { addEventListener() {}, removeEventListener() {} });
  vi.stubGlobal("WebSocket", FakeSocket);
});
afterEach(() => vi.unstubAllGlobals());

function opened() {
  const store = new DocumentStore(chain());
  const live = new LiveStore();
  const session = new LiveSession("m", store, live);
  const socket = FakeSocket.all.at(-1) as FakeSocket;
  socket.onopen?.();
  return { store, live, session, socket };
}

const KERNEL = { component: "conv1", name: "kernel" };
const OUTPUT = { component: "conv1", name: "output" };

describe("a message that the server could not read", () => {
  const refusal = { revision: 0, kind: "error", status: 400, detail: "an integer is larger than 2^53" };

  it("ends the computing, and is said", () => {
    const { live, socket } = opened();
    socket.say(refusal);
    expect(live.busy).toBe(false);
    expect(live.error).toBe(refusal.detail);
    expect(live.get("conv1").state).toBe("none");
  });

  it("is made good by the whole document with the next edit", () => {
    const { store, socket } = opened();
    store.edit({ label: "" }, setSetting("conv1", "filters", 1e18));
    socket.say(refusal);
    store.undo();
    expect(socket.sent.at(-1)).toMatchObject({ graph: store.document });
  });
});

it("does not end the computing for an error of an earlier edit", () => {
  const { store, live, socket } = opened();
  store.edit({ label: "" }, setSetting("conv1", "filters", 8));
  socket.say({ revision: 1, kind: "error", status: 400, detail: "late" });
  expect([live.busy, live.error]).toEqual([true, null]);
});

describe("variables", () => {
  it("are asked for as long as one of those who watch wants them", () => {
    const { session, socket } = opened();
    const inspector = vi.fn();
    session.watch([KERNEL], inspector);
    const leave = session.watch([OUTPUT], () => {});
    expect(socket.sent.at(-1)).toMatchObject({ variables: [KERNEL, OUTPUT] });
    leave();
    expect(socket.sent.at(-1)).toMatchObject({ variables: [KERNEL] });
    socket.say({ revision: 4, kind: "variable", variable: { ...KERNEL, shape: [3] } });
    expect(inspector).toHaveBeenCalledWith({ ...KERNEL, shape: [3] });
  });

  it("that two want are asked for once, and again when the connection comes back", () => {
    const { session, socket } = opened();
    session.watch([KERNEL], () => {});
    session.watch([KERNEL, OUTPUT], () => {});
    socket.onopen?.();
    expect(socket.sent.at(-1)).toMatchObject({ variables: [KERNEL, OUTPUT] });
  });
});

it("tells everybody who shows which rows are shown", () => {
  const { session } = opened();
  const listener = vi.fn();
  const leave = session.onSample(listener);
  session.setSample({ split: "test", index: 4, count: 1 });
  expect(listener).toHaveBeenCalledTimes(1);
  expect(session.sample.index).toBe(4);
  leave();
  session.setSample({ split: "test", index: 5, count: 1 });
  expect(listener).toHaveBeenCalledTimes(1);
});
