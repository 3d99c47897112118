// What goes wrong between page and server, as typed errors.

import type { components } from "./schema";

export type ProblemBody = components["schemas"]["Problem"];

/** The server's answer is a problem: what, where and what to do stand in `message`. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly body: Partial<ProblemBody> & Record<string, unknown>,
  ) {
    super(detail);
  }
}

/** There was no answer: the server is not there, or the network. */
export class Unreachable extends Error {}

/** Nobody is signed in, or not any more. */
export class SignedOut extends Problem {}

export function problemFrom(status: number, body: unknown): Problem {
  const content = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const code = String(content["code"] ?? `http-${status}`);
  const detail = String(
    content["detail"] ?? content["title"] ?? `The server answered with status ${status}.`,
  );
  return new (status === 401 ? SignedOut : Problem)(status, code, detail, content);
}

/** One sentence for people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
