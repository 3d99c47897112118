// Addresses of the page and what they show; the history of the browser is the only state.

import { useSyncExternalStore } from "react";

export type Route =
  | { view: "start" }
  | { view: "model"; model: string }
  | { view: "datasets" }
  | { view: "dataset"; dataset: string }
  | { view: "nowhere" };

const MOVED = "glasswork:moved";

export function routeOf(path: string): Route {
  if (path === "/" || path === "/models") return { view: "start" };
  if (path === "/datasets") return { view: "datasets" };
  const dataset = /^\/datasets\/([a-z0-9-]+)$/.exec(path)?.[1];
  if (dataset) return { view: "dataset", dataset };
  const model = /^\/models\/([a-z0-9-]+)$/.exec(path)?.[1];
  return model ? { view: "model", model } : { view: "nowhere" };
}

/** Go to another address of the page without loading it anew. */
export function navigate(path: string): void {
  if (path === location.pathname) return;
  history.pushState(null, "", path);
  window.dispatchEvent(new Event(MOVED));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  window.addEventListener(MOVED, listener);
  return () => {
    window.removeEventListener("popstate", listener);
    window.removeEventListener(MOVED, listener);
  };
}

export function useRoute(): Route {
  return routeOf(useSyncExternalStore(subscribe, () => location.pathname));
}
