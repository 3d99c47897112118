// Rows beside what a run says of them.

import type { Schemas } from "@/api/client";
import type { Run } from "./feed";

export type Sample = Schemas["PredictedSample"];

/** What tells the weights of a run now from those at another pause. */
export const momentOf = (run: Run): string => `${run.state} ${run.epoch} ${run.step} ${run.weights ?? ""}`;

/** Whether a run answers questions: it has weights, and is not at work. */
export const answers = (run: Run): boolean =>
  (run.state === "PAUSED" || run.state === "SUCCEEDED" || run.state === "FAILED") && run.epoch + run.step > 0;

/** Probabilities, the likeliest first. */
export function likeliest(prediction: Sample["prediction"], most: number): [string, number][] {
  const shares = prediction["probabilities"];
  if (typeof shares !== "object" || shares === null) return [];
  return Object.entries(shares as Record<string, number>)
    .sort(([, left], [, right]) => right - left)
    .slice(0, most);
}

/** Files of pictures begin like this, in base64. */
const SIGNATURES: [string, string][] = [
  ["iVBORw0KGgo", "image/png"],
  ["/9j/", "image/jpeg"],
  ["R0lGOD", "image/gif"],
  ["Qk", "image/bmp"],
  ["UklGR", "image/webp"],
];

/** The address of a value that is a picture; null where it is something else. */
export function pictureOf(value: unknown): string | null {
  if (typeof value !== "string" || value.length < 40) return null;
  const found = SIGNATURES.find(([begin]) => value.startsWith(begin));
  return found ? `data:${found[1]};base64,${value}` : null;
}
