// A fix on trial: it is in the document, so that graph and previews show it, and one word keeps it or takes it back.

import { create } from "zustand";
import type { Workspace } from "@/app/workspace";
import { type Change, diff, type Operation, patched } from "@/document/changes";
import type { Diagnostic } from "@/live/store";
import { text } from "@/text/text";
import { touched } from "./describe";
import { withRoom } from "./room";

interface Trial {
  diagnostic: Diagnostic;
  changes: readonly Change[];
  model: string;
}

export const useTrial = create<{ trial: Trial | null }>(() => ({ trial: null }));

/** Put the fix of a finding into the document, for the time being. */
export function tryFix(workspace: Workspace, diagnostic: Diagnostic): void {
  const { store, view, model } = workspace;
  takeBack(workspace);
  const before = store.document;
  const after = withRoom(before, patched(before, (diagnostic.fix ?? []) as Operation[]));
  const changes = diff(before, after);
  store.begin({ label: text("edit.fix", { code: diagnostic.code }) });
  store.edit({ label: text("edit.fix", { code: diagnostic.code }) }, () => after);
  const shown = [...touched(changes.filter(({ path }) => path[2] !== "position"))];
  if (shown.length) view.setState({ selection: new Set(shown) });
  useTrial.setState({ trial: { diagnostic, changes, model } });
}

/** Keep the fix that is on trial: one step of undo. */
export function keep({ store }: Workspace): void {
  if (!useTrial.getState().trial) return;
  store.end();
  useTrial.setState({ trial: null });
}

export function takeBack({ store }: Workspace): void {
  if (!useTrial.getState().trial) return;
  store.cancel();
  useTrial.setState({ trial: null });
}
