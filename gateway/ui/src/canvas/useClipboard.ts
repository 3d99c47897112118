// Copy and paste by the browser's own clipboard: between models, tabs and windows, as JSON that can be read.

import { useEffect } from "react";
import { messageOf } from "@/api/problem";
import type { Workspace } from "@/app/workspace";
import { notify } from "@/design/toasts";
import { type Fragment, fragmentOf, paste, remove } from "@/document/edits";
import { readFragment } from "@/document/fragment";
import type { Position } from "@/document/model";
import { text } from "@/text/text";

export function useClipboard(workspace: Workspace): void {
  useEffect(() => {
    const onCopy = (event: ClipboardEvent) => {
      const content = isElsewhere(event) ? null : copied(workspace);
      if (!content || !event.clipboardData) return;
      event.clipboardData.setData("text/plain", content.text);
      event.preventDefault();
      notify(content.said);
      if (event.type === "cut") cutSelection(workspace);
    };
    const onPaste = (event: ClipboardEvent) => {
      const content = event.clipboardData?.getData("text/plain");
      if (isElsewhere(event) || !content) return;
      event.preventDefault();
      pasteText(workspace, content);
    };
    document.addEventListener("copy", onCopy);
    document.addEventListener("cut", onCopy);
    document.addEventListener("paste", onPaste);
    return () => {
      document.removeEventListener("copy", onCopy);
      document.removeEventListener("cut", onCopy);
      document.removeEventListener("paste", onPaste);
    };
  }, [workspace]);
}

/** Whether a text is selected, or typed into: then its copy is meant. */
function isElsewhere(event: ClipboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  const typing = target?.closest("input, textarea, [contenteditable='true'], .cm-content, [role='dialog']");
  return Boolean(typing) || (event.type !== "paste" && !getSelection()?.isCollapsed);
}

/** What is selected, as JSON, and what to say when it is on the clipboard; null for nothing. */
export function copied({ store, view }: Workspace): { text: string; said: string } | null {
  const { selection } = view.getState();
  const fragment = fragmentOf(store.document, selection);
  const count = Object.keys(fragment.components).length;
  if (!count && !fragment.notes.length) return null;
  return { text: JSON.stringify(fragment, null, 2), said: text("canvas.copied", { count }) };
}

export function cutSelection({ store, view }: Workspace): void {
  store.edit({ label: text("edit.delete") }, remove(view.getState().selection));
}

const STEP = 32;

/** Put what a text holds into the document and select it: where it is seen, beside what it was copied from. */
export function pasteText(workspace: Workspace, content: string): void {
  const fragment = taken(content);
  if (!fragment) return;
  const { store, view } = workspace;
  const ids = Object.keys(fragment.components);
  const here = ids.some((id) => id in store.document.components);
  const { edit, ids: made } = paste(
    store.document,
    fragment,
    here ? [STEP, STEP] : offsetTo(workspace, fragment),
  );
  store.edit({ label: text("edit.paste") }, edit);
  view.setState({ selection: new Set(made), wires: new Set() });
}

/** The fragment in a text; null where there is none, which is said. */
function taken(content: string): Fragment | null {
  try {
    return readFragment(content);
  } catch (error) {
    notify(messageOf(error));
    return null;
  }
}

function offsetTo({ canvas }: Workspace, fragment: Fragment): Position {
  const places = [...Object.values(fragment.components), ...fragment.notes].map(
    (item) => item.position ?? [0, 0],
  );
  const [x, y] = canvas?.middle() ?? [0, 0];
  return [
    x - Math.min(...places.map(([left]) => left ?? 0)),
    y - Math.min(...places.map(([, top]) => top ?? 0)),
  ];
}
