// What is wrong with the code of a component, by line: findings of the check, and what a run of it raised.

import type { Live } from "@/live/store";
import type { LineProblem } from "./editor";

export function problemsOf(live: Live): LineProblem[] {
  const found: LineProblem[] = live.diagnostics
    .filter((item) => item.line !== null)
    .map((item) => ({
      line: item.line ?? 1,
      severity: item.severity === "tip" ? "info" : item.severity,
      message: item.message,
    }));
  const error = live.preview?.error;
  if (error?.line && !found.some((item) => item.message === error.message))
    found.push({ line: error.line, severity: "error", message: error.message });
  return found.sort((a, b) => a.line - b.line);
}
