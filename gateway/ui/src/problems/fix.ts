// A fix on trial: a step of undo like any other, so that graph and previews show it; one word keeps it or takes it back.

import { create } from "zustand";
import type { Workspace } from "@/app/workspace";
import { apply, type Change, diff, invert, type Operation, patched } from "@/document/changes";
import type { Entry, HistoryState } from "@/document/history";
import { sound } from "@/document/merge";
import type { Diagnostic } from "@/live/store";
import { text } from "@/text/text";
import { touched } from "./describe";
import { withRoom } from "./room";

interface Trial {
  diagnostic: Diagnostic;
  changes: readonly Change[];
  model: string;
  /** Its step of undo, and the steps before it. */
  entry: Entry;
  before: HistoryState;
  /** Stop to watch whether somebody has undone it. */
  stop: () => void;
}

export const useTrial = create<{ trial: Trial | null }>(() => ({ trial: null }));

/** Put the fix of a finding into the document, for the time being. */
export function tryFix(workspace: Workspace, diagnostic: Diagnostic): void {
  const { store, view, model } = workspace;
  takeBack(workspace);
  const { document, history } = store;
  const before = history.state;
  const label = text("edit.fix", { code: diagnostic.code });
  const after = withRoom(document, patched(document, (diagnostic.fix ?? []) as Operation[]));
  const changes = diff(document, after);
  store.edit({ label }, () => after);
  const entry = history.state.done.at(-1);
  if (!entry || entry === before.done.at(-1)) return;
  const shown = [...touched(changes.filter(({ path }) => path[2] !== "position"))];
  if (shown.length) view.setState({ selection: new Set(shown) });
  const stop = store.subscribe(() => {
    if (!history.state.done.includes(entry)) keep();
  });
  useTrial.setState({ trial: { diagnostic, changes, model, entry, before, stop } });
}

/** Keep the fix that is on trial: it stays what it is, a step of undo. */
export function keep(): void {
  useTrial.getState().trial?.stop();
  useTrial.setState({ trial: null });
}

/** Take the fix out again; what was edited since stays, and is what a step of undo is needed for. */
export function takeBack({ store, model }: Workspace): void {
  const { trial } = useTrial.getState();
  if (trial?.model !== model) return;
  keep();
  const alone = store.history.state.done.at(-1) === trial.entry;
  store.end();
  store.edit({ label: text("edit.fix.takeBack", { code: trial.diagnostic.code }) }, (document) =>
    sound(apply(document, invert(trial.changes))),
  );
  if (alone) store.rewind(trial.before);
}
