// The commands of editing: undo, delete, copy and what belongs to them.

import type { Workspace } from "@/app/workspace";
import { copied, cutSelection, pasteText } from "@/canvas/useClipboard";
import { copyText } from "@/design/clipboard";
import { notify } from "@/design/toasts";
import { all, disconnect, fragmentOf, paste, remove, removeAndHeal, ungroup } from "@/document/edits";
import { text } from "@/text/text";
import { type Command, inModel, keysOf } from "./registry";

const anything = ({ view }: Workspace) => view.getState().selection.size > 0;
const anythingOrWires = ({ view }: Workspace) =>
  view.getState().selection.size + view.getState().wires.size > 0;

/** Delete what is selected; a group goes, its members stay. */
function deleteSelection({ store, view }: Workspace, heal: boolean): void {
  const { selection, wires } = view.getState();
  const gone = heal ? removeAndHeal(selection) : remove(selection);
  store.edit({ label: text("edit.delete") }, all(disconnect(wires), ungroup(selection), gone));
  view.setState({ selection: new Set(), wires: new Set() });
}

const STEP = 32;

function duplicate({ store, view }: Workspace): void {
  const fragment = fragmentOf(store.document, view.getState().selection);
  const { edit, ids } = paste(store.document, fragment, [STEP, STEP]);
  if (store.edit({ label: text("command.duplicate") }, edit))
    view.setState({ selection: new Set(ids), wires: new Set() });
}

/** The same keys are events of the browser, and need no permission. */
const forbidden = (command: string) => text("canvas.clipboardForbidden", { keys: keysOf(command) ?? "" });

async function copy(workspace: Workspace, command: "copy" | "cut"): Promise<boolean> {
  const content = copied(workspace);
  return content !== null && copyText(content.text, content.said, forbidden(command));
}

async function pasteFromClipboard(workspace: Workspace): Promise<void> {
  try {
    pasteText(workspace, await navigator.clipboard.readText());
  } catch {
    notify(forbidden("paste"), "err");
  }
}

function told(key: "toast.undone" | "toast.redone", label: string | null): void {
  if (label) notify(text(key, { label }));
}

const edits = { group: "edit" } as const;

export const editCommands: readonly Command[] = [
  inModel({
    ...edits,
    id: "undo",
    title: "command.undo",
    keys: ["Mod+Z"],
    scope: "settled",
    when: ({ store }) => store.history.state.done.length > 0 || store.inGesture,
    run: ({ store }) => told("toast.undone", store.undo()),
  }),
  inModel({
    ...edits,
    id: "redo",
    title: "command.redo",
    keys: ["Mod+Shift+Z", "Mod+Y"],
    scope: "settled",
    when: ({ store }) => store.history.state.undone.length > 0,
    run: ({ store }) => told("toast.redone", store.redo()),
  }),
  inModel({
    id: "save",
    title: "command.save",
    group: "file",
    keys: ["Mod+S"],
    scope: "everywhere",
    run: ({ flush }) => flush(),
  }),
  inModel({
    ...edits,
    id: "delete",
    title: "command.delete",
    keys: ["Delete", "Backspace"],
    scope: "canvas",
    when: anythingOrWires,
    run: (workspace) => deleteSelection(workspace, false),
  }),
  inModel({
    ...edits,
    id: "heal",
    title: "command.heal",
    keys: ["Mod+Delete", "Mod+Backspace", "Shift+Delete"],
    scope: "canvas",
    when: anything,
    run: (workspace) => deleteSelection(workspace, true),
  }),
  inModel({
    ...edits,
    id: "duplicate",
    title: "command.duplicate",
    keys: ["Mod+D"],
    when: anything,
    run: duplicate,
  }),
  inModel({
    ...edits,
    id: "copy",
    title: "command.copy",
    keys: ["Mod+C"],
    native: true,
    when: anything,
    run: async (workspace) => void (await copy(workspace, "copy")),
  }),
  inModel({
    ...edits,
    id: "cut",
    title: "command.cut",
    keys: ["Mod+X"],
    native: true,
    when: anything,
    run: async (workspace) => {
      if (await copy(workspace, "cut")) cutSelection(workspace);
    },
  }),
  inModel({
    ...edits,
    id: "paste",
    title: "command.paste",
    keys: ["Mod+V"],
    native: true,
    run: pasteFromClipboard,
  }),
  inModel({
    ...edits,
    id: "selectAll",
    title: "command.selectAll",
    keys: ["Mod+A"],
    scope: "canvas",
    run: ({ store, view }) => view.setState({ selection: new Set(Object.keys(store.document.components)) }),
  }),
  inModel({
    ...edits,
    id: "selectNone",
    title: "command.selectNone",
    keys: ["Escape"],
    scope: "canvas",
    when: anythingOrWires,
    run: ({ view }) => view.setState({ selection: new Set(), wires: new Set() }),
  }),
];
