// Everything about the model that is open: its document, its autosave, its live session, and what is selected.

import {
  createContext,
  useCallback,
  useContext,
  useDeferredValue,
  useRef,
  useSyncExternalStore,
} from "react";
import { create, type StoreApi, type UseBoundStore } from "zustand";
import type { Schemas } from "@/api/client";
import { editCode } from "@/api/code";
import { shelf } from "@/api/shelf";
import type { Controls } from "@/canvas/controls";
import { PendingCode } from "@/code/pending";
import { notify } from "@/design/toasts";
import type { ModelDocument } from "@/document/model";
import { Saver, type SaveState } from "@/document/saver";
import { DocumentStore } from "@/document/store";
import { LiveSession } from "@/live/session";
import { type Connection, type Live, LiveStore } from "@/live/store";
import { text } from "@/text/text";
import { followWidth } from "./narrow";

export type ComponentType = Schemas["ComponentType"];

/** What is shown and selected; nothing of it is part of the document. */
export interface View {
  selection: ReadonlySet<string>;
  wires: ReadonlySet<string>;
  palette: boolean;
  inspector: boolean;
  /** The tab of the inspector. */
  tab: string;
  /** A line of a component's code that somebody asked to see, counted from 1, until it is edited. */
  line: { component: string; number: number } | null;
  /** The panel below the canvas: problems, code, train or another that a command opens; null for none. */
  drawer: string | null;
  minimap: boolean;
  save: SaveState;
  saveDetail: string;
}

export interface Workspace {
  model: string;
  types: ReadonlyMap<string, ComponentType>;
  store: DocumentStore;
  saver: Saver;
  code: PendingCode;
  live: LiveStore;
  session: LiveSession;
  view: UseBoundStore<StoreApi<View>>;
  /** What only the canvas can do; null while it is not shown. */
  canvas: Controls | null;
  /** Take in and save at once whatever was typed or edited. */
  flush(): Promise<void>;
  close(): void;
}

/** Open a model: read it, connect, and start to save what is edited. */
export async function openWorkspace(
  model: string,
  asked: Promise<readonly ComponentType[]>,
  identity: Promise<string>,
): Promise<Workspace> {
  const view = create<View>(() => ({
    selection: new Set<string>(),
    wires: new Set<string>(),
    palette: true,
    inspector: true,
    tab: "settings",
    line: null,
    drawer: null,
    minimap: true,
    save: "saved",
    saveDetail: "",
  }));
  const opening = Saver.open(
    {
      model,
      identity,
      shelf,
      onState: (save, saveDetail = "") => view.setState({ save, saveDetail }),
      onConflicts: (conflicts) => {
        const places = conflicts.map(({ path }) => path.slice(1).join(".")).join(", ");
        notify(text("canvas.conflict", { count: conflicts.length, places }));
      },
    },
    (document: ModelDocument) => new DocumentStore(document),
  );
  const [opened, known] = await Promise.allSettled([opening, asked]);
  if (known.status === "rejected") {
    // A saver that nobody uses would go on writing its draft.
    if (opened.status === "fulfilled") opened.value.saver.close();
    throw known.reason;
  }
  if (opened.status === "rejected") throw opened.reason;
  const { store, saver } = opened.value;
  const types = known.value;
  const live = new LiveStore();
  const session = new LiveSession(model, store, live);
  const code = new PendingCode({ model, store, edit: editCode });
  // A selection of what is gone would leave an inspector of nothing.
  const stop = store.subscribe(() => forgetGone(store.document, view));
  const stopFollowing = followWidth(view);
  const onHide = () => void saver.flush();
  window.addEventListener("pagehide", onHide);
  const flush = () => code.flush().then(() => saver.flush());
  const close = () => {
    window.removeEventListener("pagehide", onHide);
    stop();
    stopFollowing();
    // What is edited already does not wait for code that the server may take long over.
    void Promise.all([saver.flush(), code.close()])
      .then(() => saver.flush())
      .finally(() => saver.close());
    session.close();
  };
  const byName = new Map(types.map((type) => [type.type, type]));
  return { model, types: byName, store, saver, code, live, session, view, canvas: null, flush, close };
}

/** Select a component and bring it into sight: at a line of its code, or at its settings where there is none. */
export function showPlace({ view, canvas }: Workspace, component: string, line: number | null): void {
  view.setState({
    selection: new Set([component]),
    inspector: true,
    tab: line === null ? "settings" : "code",
    line: line === null ? null : { component, number: line },
  });
  canvas?.reveal(component);
}

function forgetGone(document: ModelDocument, view: StoreApi<View>): void {
  const { selection } = view.getState();
  const known = (id: string) =>
    id in document.components ||
    (document.notes ?? []).some((note) => note.id === id) ||
    (document.groups ?? []).some((group) => group.id === id);
  if ([...selection].some((id) => !known(id)))
    view.setState({ selection: new Set([...selection].filter(known)) });
}

export const WorkspaceContext = createContext<Workspace | null>(null);

export function useWorkspace(): Workspace {
  const workspace = useContext(WorkspaceContext);
  if (!workspace) throw new Error("This part of the page belongs into an open model.");
  return workspace;
}

/** A part of the document; drawn again when that part is another object, not when anything else changes. */
export function useDocument<T>(select: (document: ModelDocument) => T): T {
  const { store } = useWorkspace();
  const chosen = useRef<{ document: ModelDocument; select: unknown; value: T } | null>(null);
  return useSyncExternalStore(store.subscribe, () => {
    const known = chosen.current;
    if (known && known.document === store.document && known.select === select) return known.value;
    chosen.current = { document: store.document, select, value: select(store.document) };
    return chosen.current.value;
  });
}

/** The document as it was when somebody last paused. */
export function useSettledDocument(): ModelDocument {
  return useDeferredValue(useDocument(useCallback((document: ModelDocument) => document, [])));
}

/** What is known of a component right now. */
export function useLive(id: string): Live {
  const { live } = useWorkspace();
  const subscribe = useCallback((listener: () => void) => live.subscribe(id, listener), [live, id]);
  return useSyncExternalStore(subscribe, () => live.get(id));
}

/** Something of the live session that is not of one component. */
function useLiveState<T>(read: (live: LiveStore) => T): T {
  const { live } = useWorkspace();
  const subscribe = useCallback((listener: () => void) => live.subscribe("", listener), [live]);
  return useSyncExternalStore(subscribe, () => read(live));
}

export const useConnectionState = (): Connection => useLiveState((live) => live.connection);
export const useBusy = (): boolean => useLiveState((live) => live.busy);
export const useLiveError = (): string | null => useLiveState((live) => live.error);
export const useDiagnostics = () => useLiveState((live) => live.diagnostics);
