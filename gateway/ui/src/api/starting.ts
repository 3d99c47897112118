// Services that are still starting: requests wait for them, so that nobody reads an error right after the start.

import { create } from "zustand";
import { Problem } from "./problem";
import type { components } from "./schema";

type Health = Pick<components["schemas"]["Health"], "status" | "services">;

const AGAIN_MILLISECONDS = 300;
const RETRIES_OF_UNAVAILABLE = 4;
const HEAL_MILLISECONDS = 2_000;

/**
 * Which service answers a question. A write is not held back: whoever presses a button reads at once why nothing
 * happens.
 */
const SERVICES: readonly (readonly [RegExp, string])[] = [
  [/^(GET|POST) datasets\/.+\/(rows|profile)$/, "executor"],
  [/^GET (models|datasets|examples)/, "registry"],
  [/^GET (components|plugins|diagnostics)/, "codegen"],
  [/^POST (code|check|suggest)/, "codegen"],
  [/^POST (preview|cost)/, "executor"],
  [/^GET (runs|tests|exports|devices)/, "trainer"],
];

/** The services that are waited for now. */
export const useStarting = create<{ services: readonly string[] }>(() => ({ services: [] }));

/** Holds requests back until the service that answers them serves; lets all pass once everything has started. */
export class Start {
  private latest: Promise<Health | null> | null = null;
  private complete = false;
  private readonly waiting: string[] = [];

  constructor(
    private readonly ask: () => Promise<Health | null>,
    private readonly onWaiting: (services: readonly string[]) => void,
  ) {}

  /** Wait until the service behind an address serves. A service that was there and went is not waited for. */
  async ready(method: string, path: string): Promise<void> {
    const asked = `${method} ${path.replace(/^\/api\/v1\//, "")}`;
    const service = SERVICES.find(([question]) => question.test(asked))?.[1];
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

/** A query retries for a while when its service is away; one that has failed asks on, until the service is back. */
export const patience = {
  retry: (count: number, error: unknown): boolean =>
    count < (isUnavailable(error) ? RETRIES_OF_UNAVAILABLE : 1),
  refetchInterval: (query: { state: { error: unknown } }): number | false =>
    isUnavailable(query.state.error) && HEAL_MILLISECONDS,
};
