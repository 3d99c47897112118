import type { Snapshot } from "./feed";

/** How much of a run is done, 0 to 1. */
export function progressOf(snapshot: Snapshot | null): number {
  if (!snapshot) return 0;
  if (snapshot.state === "SUCCEEDED") return 1;
  const { epoch, step, epochs, steps } = snapshot;
  return epochs > 0 ? Math.min(1, (epoch + (steps > 0 ? Math.min(step / steps, 1) : 0)) / epochs) : 0;
}
