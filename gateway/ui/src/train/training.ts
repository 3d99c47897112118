// Training the open model: which run is shown, and everything that can be done to it.

import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { create } from "zustand";
import { api, dataOf, type Schemas } from "@/api/client";
import { messageOf, Problem } from "@/api/problem";
import { queries } from "@/api/queries";
import { useWorkspace, type Workspace } from "@/app/workspace";
import { notify } from "@/design/toasts";
import { type TextKey, text } from "@/text/text";
import { isActive, type Run, RunFeed, type Snapshot } from "./feed";
import { answers } from "./samples";

type Diagnostic = Schemas["Diagnostic"];

/** Why a run was not started: errors, warnings that may be passed, or what the server said. */
export type Gate =
  | { kind: "errors" | "warnings"; findings: readonly Diagnostic[] }
  | { kind: "refused"; message: string };

interface Training {
  model: string;
  /** The run that is shown; null for the newest. */
  shown: string | null;
  tab: string;
  gate: Gate | null;
  starting: boolean;
}

const CLOSED: Omit<Training, "model"> = { shown: null, tab: "curves", gate: null, starting: false };

export const useTraining = create<Training>(() => ({ model: "", ...CLOSED }));

const feeds = new Map<string, { feed: RunFeed; users: number }>();
let client: QueryClient | null = null;

/** Follow a run as long as somebody looks at it. */
export function useSnapshot(run: string | null): Snapshot | null {
  client = useQueryClient();
  const entry = run === null ? null : feedOf(run);
  useEffect(() => {
    if (run === null) return;
    const held = feedOf(run);
    held.users += 1;
    return () => {
      held.users -= 1;
      // Whoever shows it next, in this very moment, goes on with the same.
      setTimeout(() => {
        if (held.users > 0 || feeds.get(run) !== held) return;
        feeds.delete(run);
        held.feed.close();
      }, 1000);
    };
  }, [run]);
  return useSyncExternalStore(entry?.feed.subscribe ?? nothing, () => entry?.feed.snapshot ?? null);
}

const nothing = () => () => {};

function feedOf(run: string) {
  const known = feeds.get(run);
  if (known) return known;
  const made = {
    feed: new RunFeed(run, () => void client?.invalidateQueries({ queryKey: ["runs", "of"] })),
    users: 0,
  };
  feeds.set(run, made);
  return made;
}

/** The runs of the open model, the newest first, and the one that is shown. */
export function useRuns() {
  const { model } = useWorkspace();
  const { data: runs = [], isPending } = useQuery(queries.runs(model));
  const chosen = useTraining((state) => (state.model === model ? state.shown : null));
  const shown = runs.find((run) => run.id === chosen) ?? (chosen ? undefined : runs[0]);
  return { runs, isPending, shown: shown?.id ?? chosen, run: shown ?? null };
}

/** Whether a run of the open model can be looked into. */
export const useHasRun = (): boolean => useRuns().runs.some((run) => isActive(run.state) || answers(run));

/** What a run is called: by the number that it has for good. */
export const nameOf = (run: Pick<Run, "number">): string => text("train.run", { number: run.number });

export function show(workspace: Workspace, part: Partial<Omit<Training, "model">> = {}): void {
  const { model, view } = workspace;
  const before = useTraining.getState();
  useTraining.setState({ ...(before.model === model ? {} : CLOSED), model, ...part });
  view.setState({ drawer: "train" });
}

/** Train the working copy; errors and warnings come first. */
export async function start(workspace: Workspace, anyway = false): Promise<void> {
  if (useTraining.getState().starting) return;
  show(workspace, { gate: null, starting: true, tab: "curves" });
  try {
    const gate = await findingsOf(workspace, anyway);
    if (gate) useTraining.setState({ gate });
    else await createRun(workspace);
  } catch (error) {
    useTraining.setState({ gate: refusal(error) });
  } finally {
    useTraining.setState({ starting: false });
  }
}

async function findingsOf({ flush, saver, view, live }: Workspace, anyway: boolean): Promise<Gate | null> {
  await flush();
  if (!saver.isSaved) return { kind: "refused", message: view.getState().saveDetail || text("gate.unsaved") };
  const errors = live.diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length) return { kind: "errors", findings: errors };
  const warnings = live.diagnostics.filter(({ severity }) => severity === "warning");
  return warnings.length && !anyway ? { kind: "warnings", findings: warnings } : null;
}

async function createRun({ model }: Workspace): Promise<void> {
  const run = dataOf(await api.POST("/api/v1/runs", { body: { model, devices: "auto" } }));
  client?.setQueryData(queries.runs(model).queryKey, (runs: Run[] = []) => [run, ...runs]);
  useTraining.setState({ shown: run.id });
}

/** What the server has against a run: the findings of its own check, or a sentence. */
function refusal(error: unknown): Gate {
  const findings = error instanceof Problem ? error.body["diagnostics"] : null;
  const errors = (Array.isArray(findings) ? (findings as Diagnostic[]) : []).filter(
    ({ severity }) => severity === "error",
  );
  return errors.length
    ? { kind: "errors", findings: errors }
    : { kind: "refused", message: messageOf(error) };
}

type Action = "pause" | "resume" | "stop";

/** Pause, resume or stop a run; `steps` lets a paused one do so many only. */
export async function act(run: string, action: Action, steps = 0): Promise<void> {
  const path = { params: { path: { run } } };
  try {
    const answer =
      action === "resume"
        ? await api.POST("/api/v1/runs/{run}/resume", { ...path, body: { steps } })
        : await api.POST(`/api/v1/runs/{run}/${action}`, path);
    feeds.get(run)?.feed.known(dataOf(answer));
  } catch (error) {
    notify(messageOf(error), "err");
  }
}

/** The run of a model that goes on right now. */
export function activeRun(model: string): Run | null {
  const runs = client?.getQueryData(queries.runs(model).queryKey) ?? [];
  return runs.find((run) => isActive(run.state)) ?? null;
}

export const stateText = (state: Run["state"]): string => text(`train.state.${state}` as TextKey);
