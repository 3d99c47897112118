import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Run } from "@/train/compare";
import { RunFeed } from "@/train/feed";

class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 1;
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: (event: { code: number; reason: string }) => void;
  constructor(readonly address: string) {
    FakeSocket.all.push(this);
  }
  close() {}
  say(event: Record<string, unknown>) {
    this.onmessage?.({ data: JSON.stringify({ time: "2026-01-01T00:00:00Z", ...event }) });
  }
}

const RUN = { id: "r1", state: "RUNNING", epoch: 0, step: 0, epochs: 3, steps: 10, last_sequence: 0 } as Run;
const epoch = (sequence: number, number: number, loss: number) => ({
  sequence,
  kind: "epoch",
  epoch: number,
  step: 0,
  metrics: { loss },
});

let answer: Run = RUN;

vi.mock("@/api/client", () => ({
  api: { GET: async () => ({ data: answer }) },
  dataOf: (found: { data: unknown }) => found.data,
  socketAddress: (path: string) => `ws://here/api/v1${path}`,
}));

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  answer = RUN;
  vi.stubGlobal("window", { addEventListener() {}, removeEventListener() {} });
  vi.stubGlobal("location", { protocol: "http:", host: "here" });
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("requestAnimationFrame", (draw: () => void) => setTimeout(draw, 16));
  vi.stubGlobal("cancelAnimationFrame", clearTimeout);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const socket = (): FakeSocket => FakeSocket.all.at(-1) as FakeSocket;

describe("the events of a run", () => {
  it("go on after the last one that was seen when the connection comes back", async () => {
    const feed = new RunFeed("r1", () => {});
    expect(socket().address).toBe("ws://here/api/v1/runs/r1/events?after=0");
    socket().onopen?.();
    socket().say(epoch(4, 1, 0.9));
    socket().onclose?.({ code: 1006, reason: "" });
    expect(feed.snapshot.trouble).toBe("lost");
    await vi.advanceTimersByTimeAsync(300);
    expect(FakeSocket.all).toHaveLength(2);
    expect(socket().address).toContain("after=4");
    socket().onopen?.();
    socket().say(epoch(4, 1, 77));
    socket().say(epoch(5, 2, 0.5));
    expect(feed.snapshot.trouble).toBeNull();
    expect(feed.snapshot.curves.points("loss")).toEqual([
      [1, 0.9],
      [2, 0.5],
    ]);
    feed.close();
  });

  it("are read no more after the run has ended, and tell its last state", async () => {
    const states: string[] = [];
    const feed = new RunFeed("r1", (run) => states.push(run.state));
    await vi.advanceTimersByTimeAsync(20);
    socket().onopen?.();
    answer = { ...RUN, state: "SUCCEEDED", epoch: 3, last_sequence: 9 };
    socket().say({ sequence: 9, kind: "state", state: "SUCCEEDED", epoch: 3, step: 0 });
    socket().onclose?.({ code: 1000, reason: "the run has ended" });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(FakeSocket.all).toHaveLength(1);
    expect(feed.snapshot).toMatchObject({ state: "SUCCEEDED", epoch: 3 });
    expect(states.at(-1)).toBe("SUCCEEDED");
    feed.close();
  });

  it("are believed before an answer that was given before them", async () => {
    const feed = new RunFeed("r1", () => {});
    await vi.advanceTimersByTimeAsync(20);
    const paused = { ...RUN, state: "PAUSED" as const, step: 4, last_sequence: 6 };
    // One step: it runs and is held again before the answer to the request, or to a question in between, is here.
    answer = { ...RUN, step: 3, last_sequence: 5 };
    socket().say({ sequence: 5, kind: "state", state: "RUNNING", epoch: 0, step: 3 });
    answer = paused;
    socket().say({ sequence: 6, kind: "state", state: "PAUSED", epoch: 0, step: 4 });
    feed.known({ ...RUN, step: 3, last_sequence: 5 });
    expect(feed.snapshot.state).toBe("PAUSED");
    await vi.advanceTimersByTimeAsync(20);
    expect(feed.snapshot).toMatchObject({ state: "PAUSED", run: paused });
    feed.close();
  });

  it("are drawn once a frame, however many there are", async () => {
    const feed = new RunFeed("r1", () => {});
    await vi.advanceTimersByTimeAsync(50);
    let drawn = 0;
    feed.subscribe(() => {
      drawn += 1;
    });
    for (let step = 1; step <= 10; step += 1)
      socket().say({ sequence: step, kind: "batch", epoch: 0, step, metrics: { loss: 1 / step } });
    await vi.advanceTimersByTimeAsync(20);
    expect(drawn).toBe(1);
    expect(feed.snapshot.curves.live("loss")).toHaveLength(10);
    feed.close();
  });
});
