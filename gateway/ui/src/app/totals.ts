import { useSyncExternalStore } from "react";
import type { ModelDocument } from "@/document/model";
import type { LiveStore } from "@/live/store";
import { useBusy, useDocument, useWorkspace } from "./workspace";

const ids = (document: ModelDocument) => document.components;

function sum(live: LiveStore, components: Iterable<string>): number {
  let total = 0;
  for (const id of components) total += live.get(id).preview?.parameter_count ?? 0;
  return total;
}

/** How many components and parameters the model has; counted when the previews are in. */
export function useTotals(): { components: number; parameters: number } {
  const { live } = useWorkspace();
  const components = useDocument(ids);
  useBusy();
  const names = Object.keys(components);
  const parameters = useSyncExternalStore(
    (listener) => live.subscribe("", listener),
    () => sum(live, names),
  );
  return { components: names.length, parameters };
}
