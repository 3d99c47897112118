// What changes of a document come to, in words. No React in here.

import type { Change } from "@/document/changes";
import { type Component, endOf, type Json } from "@/document/model";
import { valueText } from "@/inspector/fields";
import { text } from "@/text/text";
import "@/problems/texts";

type Titles = (type: string) => string;

/** One line for each thing that the changes do. */
export function describe(changes: readonly Change[], titleOf: Titles): string[] {
  return changes.map((change) => describeOne(change, titleOf)).filter((line) => line !== "");
}

/** The components that changes touch, as they are called afterwards. */
export function touched(changes: readonly Change[]): Set<string> {
  const ids = changes.flatMap(({ path, after }) => {
    const [top = "", key = ""] = path;
    if (top === "components") return path.length > 2 || after !== undefined ? [key] : [];
    return top === "connections" ? key.split(">").map((end) => endOf(end).component) : [];
  });
  return new Set(ids);
}

function describeOne({ path, before, after }: Change, titleOf: Titles): string {
  const [top = "", key = "", field = "", name = ""] = path;
  if (top === "connections") {
    const [from = "", to = ""] = key.split(">");
    return text(after === undefined ? "fix.disconnect" : "fix.connect", { from, to });
  }
  if (top !== "components") return text("fix.change", { name: path.join(" ") });
  if (path.length === 2) {
    const type = titleOf(((after ?? before) as Component).type);
    return text(after === undefined ? "fix.remove" : "fix.add", { id: key, type });
  }
  if (field === "settings") {
    if (path.length === 3) return wholeSettings(key, before, after);
    if (after === undefined) return text("fix.reset", { id: key, name });
    if (before === undefined) return text("fix.set", { id: key, name, value: valueText(after as Json) });
    return text("fix.from", {
      id: key,
      name,
      before: valueText(before as Json),
      after: valueText(after as Json),
    });
  }
  return field === "position" ? "" : text("fix.change", { name: `${key} ${field}` });
}

function wholeSettings(id: string, before: unknown, after: unknown): string {
  const names = Object.keys({ ...(before as object), ...(after as object) });
  return text("fix.change", { name: `${id} ${names.join(", ")}` });
}
