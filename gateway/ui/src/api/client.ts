// The client of the API: typed by what the gateway describes, errors as exceptions.

import createClient, { type Middleware } from "openapi-fetch";
import { problemFrom, Unreachable } from "./problem";
import type { components, paths } from "./schema";
import { start } from "./starting";

export type Schemas = components["schemas"];

type SignedOutListener = () => void;
const signedOut = new Set<SignedOutListener>();

/** Be told when the server does not know who asks. */
export function onSignedOut(listener: SignedOutListener): () => void {
  signedOut.add(listener);
  return () => signedOut.delete(listener);
}

const errors: Middleware = {
  async onRequest({ request, schemaPath }) {
    await start.ready(request.method, schemaPath);
    return undefined;
  },
  async onResponse({ response, schemaPath }) {
    if (response.ok || response.status === 304) return undefined;
    const problem = problemFrom(response.status, await response.json().catch(() => null));
    if (response.status === 401 && schemaPath !== "/api/v1/session")
      for (const listener of signedOut) listener();
    throw problem;
  },
  onError({ error }) {
    return new Unreachable("Glasswork does not answer. Is it running?", { cause: error });
  },
};

export const api = createClient<paths>({ baseUrl: "/", credentials: "same-origin" });
api.use(errors);

/** The data of an answer; problems have been thrown before, so that it is there. */
export function dataOf<T>(answer: { data?: T }): T {
  if (answer.data === undefined) throw new Unreachable("The server's answer is empty.");
  return answer.data;
}

/** The address of the API's WebSockets. */
export function socketAddress(path: string): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/v1${path}`;
}
