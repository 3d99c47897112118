// Who asks: the one-time code behind # is exchanged for a cookie, and without a cookie there is the sign-in page.

import { useCallback, useEffect, useState } from "react";
import { api, onSignedOut } from "@/api/client";
import { SignedOut } from "@/api/problem";

export type SessionState = "checking" | "in" | "out";

export function useSession(): { state: SessionState; signIn: (token: string) => Promise<void> } {
  const [state, setState] = useState<SessionState>("checking");
  useEffect(() => {
    let current = true;
    void begin().then((signedIn) => current && setState(signedIn ? "in" : "out"));
    const stop = onSignedOut(() => setState("out"));
    return () => {
      current = false;
      stop();
    };
  }, []);
  const signIn = useCallback(async (token: string) => {
    await api.POST("/api/v1/session", { body: { token: token.trim() } });
    setState("in");
  }, []);
  return { state, signIn };
}

let begun: Promise<boolean> | null = null;

/** Once for each load of the page: a code is good for one exchange only. */
function begin(): Promise<boolean> {
  begun ??= exchange().then(isSignedIn);
  return begun;
}

async function exchange(): Promise<void> {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (!code) return;
  // Out of the address bar at once: the code is good only once, but an address is easily shared.
  history.replaceState(null, "", location.pathname);
  await api.POST("/api/v1/session", { body: { code } }).catch(() => undefined);
}

async function isSignedIn(): Promise<boolean> {
  try {
    await api.GET("/api/v1/models", { params: { query: { page_size: 1 } } });
    return true;
  } catch (error) {
    // A server that does not answer says so in the view; asking for a token would mislead.
    return !(error instanceof SignedOut);
  }
}
