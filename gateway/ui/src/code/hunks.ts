// Merged code in hunks, and the text that a choice for each conflict makes of them. No React in here.

import type { Schemas } from "@/api/client";

export type Hunk = Schemas["CodeHunk"];
export type Choice = "custom" | "template" | "both";

/** The text after a choice for each conflict, in their order. */
export function resolved(hunks: readonly Hunk[], choices: readonly Choice[]): string {
  let next = 0;
  const lines = hunks.flatMap((hunk) => {
    if (!hunk.conflict) return hunk.lines;
    const choice = choices[next];
    next += 1;
    if (choice === "both") return [...hunk.custom, ...hunk.template];
    return choice === "template" ? hunk.template : hunk.custom;
  });
  return lines.map((line) => line.replace(/\n$/, "")).join("\n");
}
