// Services that are still starting: what is asked for waits for them, instead of failing and being an error for people.

import { create } from "zustand";
import { Problem } from "./problem";
import type { components } from "./schema";

type Health = Pick<components["schemas"]["Health"], "status" | "services">;

const AGAIN_MILLISECONDS = 300;
const RETRIES_OF_UNAVAILABLE = 4;
const HEAL_MILLISECONDS = 2_000;

/** Which service answers, by the first part of an address; signing in and health need none. */
const SERVICES: Record<string, string> = {
  models: "registry",
  datasets: "registry",
  examples: "registry",
  components: "codegen",
  plugins: "codegen",
  diagnostics: "codegen",
  code: "codegen",
  check: "codegen",
  suggest: "codegen",
  preview: "executor",
  cost: "executor",
  runs: "trainer",
  tests: "trainer",
  exports: "trainer",
  devices: "trainer",
};

/** The services that are waited for now. */
export const useStarting = create<{ services: readonly string[] }>(() => ({ services: [] }));

/** Waits for services before the first request that needs one, and not at all once everything has started. */
export class Start {
  private latest: Promise<Health | null> | null = null;
  private complete = false;
  private readonly waiting: string[] = [];

  constructor(
    private readonly ask: () => Promise<Health | null>,
    private readonly onWaiting: (services: readonly string[]) => void,
  ) {}

  /** Wait until the service of an address serves, or health tells nothing any more that is worth to wait for. */
  async ready(path: string): Promise<void> {
    const service = SERVICES[path.replace(/^\/api\/v1\//, "").split("/")[0] ?? ""];
    if (!service || this.complete || !this.isAwaited(await this.health(), service)) return;
    this.waiting.push(service);
    this.tell();
    while (this.isAwaited(await this.health(AGAIN_MILLISECONDS), service));
    this.waiting.splice(this.waiting.indexOf(service), 1);
    this.tell();
  }

  private isAwaited(health: Health | null, service: string): boolean {
    this.complete ||= health !== null && health.status !== "starting";
    return !this.complete && health !== null && health.services[service] !== "serving";
  }

  /** One question for all who wait. */
  private health(after = 0): Promise<Health | null> {
    this.latest ??= new Promise((resolve) => setTimeout(resolve, after)).then(this.ask).finally(() => {
      this.latest = null;
    });
    return this.latest;
  }

  private tell(): void {
    this.onWaiting([...new Set(this.waiting)]);
  }
}

async function askHealth(): Promise<Health | null> {
  // Not by the client, whose requests wait for this.
  const answer = await fetch("/api/v1/health").catch(() => null);
  return answer?.ok ? ((await answer.json().catch(() => null)) as Health | null) : null;
}

export const start = new Start(askHealth, (services) => useStarting.setState({ services }));

function isUnavailable(error: unknown): boolean {
  return error instanceof Problem && error.status === 503;
}

/** How queries meet a service that is away: they ask a while, and after an error they go on, which heals it. */
export const patience = {
  retry: (count: number, error: unknown): boolean =>
    count < (isUnavailable(error) ? RETRIES_OF_UNAVAILABLE : 1),
  refetchInterval: (query: { state: { error: unknown } }): number | false =>
    isUnavailable(query.state.error) && HEAL_MILLISECONDS,
};
