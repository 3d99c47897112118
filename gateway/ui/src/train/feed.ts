// One run as it goes: its events over a socket that comes back, and everything drawn from them.

import { api, dataOf, type Schemas, socketAddress } from "@/api/client";
import { messageOf } from "@/api/problem";
import { Socket } from "@/api/socket";
import { Curves, type Metrics } from "./curves";
import { Pace } from "./pace";

export type Run = Schemas["Run"];
export type State = Run["state"];

export const isActive = (state: State): boolean =>
  state === "PENDING" || state === "RUNNING" || state === "PAUSED";

/** What is known of a run right now; a new object whenever anything is new. */
export interface Snapshot {
  run: Run | null;
  state: State;
  /** Finished epochs, and steps of the one under way. */
  epoch: number;
  step: number;
  epochs: number;
  steps: number;
  /** Seconds at most; null while nobody can tell. */
  left: number | null;
  curves: Curves;
  messages: string[];
  /** Connected to the events, or why not. */
  trouble: string | null;
}

interface RunEvent {
  sequence: number;
  time: string;
  kind: string;
  epoch: number;
  step: number;
  metrics?: Metrics;
  state?: State;
  message?: string;
}

export class RunFeed {
  snapshot: Snapshot;
  private sequence = 0;
  private readonly pace = new Pace();
  private readonly listeners = new Set<() => void>();
  private readonly socket: Socket;
  private waiting: number | null = null;
  private reading = false;
  private asked = false;
  /** The last event that told a state. */
  private told = 0;

  constructor(
    readonly id: string,
    /** The run has changed its state: what others know of it is old. */
    private readonly onState: (run: Run) => void,
  ) {
    this.snapshot = {
      run: null,
      state: "PENDING",
      epoch: 0,
      step: 0,
      epochs: 0,
      steps: 0,
      left: null,
      curves: new Curves(),
      messages: [],
      trouble: null,
    };
    void this.read();
    this.socket = new Socket(() => socketAddress(`/runs/${id}/events?after=${this.sequence}`), {
      onOpen: () => this.change({ trouble: null }),
      onMessage: (message) => this.take(message as unknown as RunEvent),
      onLost: () => this.change({ trouble: "lost" }),
      onEnd: () => void this.read(),
    });
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  close(): void {
    this.socket.close();
    if (this.waiting !== null) cancelAnimationFrame(this.waiting);
  }

  /** Take in what an answer of the API says of the run, unless events have told newer things meanwhile. */
  known(run: Run): void {
    if (run.last_sequence < this.told) {
      void this.read();
      return;
    }
    this.snapshot.curves.steps = run.steps;
    this.change({ run, state: run.state, epochs: run.epochs, steps: run.steps });
    if (run.epoch > this.snapshot.epoch || !isActive(run.state))
      this.change({ epoch: run.epoch, step: run.step });
    this.onState(run);
  }

  private async read(): Promise<void> {
    this.asked = this.reading;
    if (this.reading) return;
    this.reading = true;
    try {
      this.known(dataOf(await api.GET("/api/v1/runs/{run}", { params: { path: { run: this.id } } })));
    } catch (error) {
      this.change({ trouble: messageOf(error) });
    } finally {
      this.reading = false;
      if (this.asked) void this.read();
    }
  }

  private take(event: RunEvent): void {
    // After a reconnection the server may say again what is known already.
    if (event.sequence <= this.sequence) return;
    this.sequence = event.sequence;
    const { curves, steps, epochs } = this.snapshot;
    if (event.kind === "batch" || event.kind === "epoch") {
      const metrics = event.metrics ?? {};
      if (event.kind === "epoch") curves.epoch(event.epoch, metrics);
      else curves.batch(event.epoch, event.step, metrics);
      // How many there are is known when the script has been imported.
      if (!steps || !epochs) void this.read();
      this.pace.add(Date.parse(event.time), event.epoch * (steps || 1) + event.step);
      this.change({ epoch: event.epoch, step: event.step, left: this.pace.left(epochs * (steps || 1)) });
    } else if (event.kind === "state" && event.state) {
      this.pace.forget();
      this.told = event.sequence;
      this.change({ state: event.state, left: null });
      void this.read();
    } else if (event.message && event.kind !== "checkpoint") {
      this.change({ messages: [...this.snapshot.messages, event.message].slice(-20) });
    }
  }

  private change(part: Partial<Snapshot>): void {
    this.snapshot = { ...this.snapshot, ...part };
    if (this.waiting !== null) return;
    // A fast run has hundreds of events a second; people see sixty pictures.
    this.waiting = requestAnimationFrame(() => {
      this.waiting = null;
      for (const listener of [...this.listeners]) listener();
    });
  }
}
