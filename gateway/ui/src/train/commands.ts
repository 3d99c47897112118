// The commands of training.

import type { Workspace } from "@/app/workspace";
import { type Command, inModel } from "@/commands/registry";
import { act, activeRun, show, start } from "./training";

const isPaused = ({ model }: Workspace) => activeRun(model)?.state === "PAUSED";
const isActive = ({ model }: Workspace) => activeRun(model) !== null;

function onActive(model: string, action: (run: string, paused: boolean) => Promise<void>): void {
  const run = activeRun(model);
  if (run) void action(run.id, run.state === "PAUSED");
}

const group = "train" as const;

export const trainCommands: readonly Command[] = [
  inModel({
    id: "train",
    title: "command.train",
    group,
    keys: ["Mod+Enter"],
    when: (workspace) => !isActive(workspace),
    run: (workspace) => start(workspace),
  }),
  inModel({
    id: "train.pause",
    title: "command.pause",
    group,
    keys: ["Shift+P"],
    when: isActive,
    run: ({ model }) => onActive(model, (run, paused) => act(run, paused ? "resume" : "pause")),
  }),
  inModel({
    id: "train.step",
    title: "command.step",
    group,
    keys: ["Shift+S"],
    when: isPaused,
    run: ({ model }) => onActive(model, (run) => act(run, "resume", 1)),
  }),
  inModel({
    id: "train.stop",
    title: "command.stop",
    group,
    keys: ["Shift+X"],
    when: isActive,
    run: ({ model }) => onActive(model, (run) => act(run, "stop")),
  }),
  inModel({
    id: "saveVersion",
    title: "command.saveVersion",
    group: "file",
    keys: ["Mod+Shift+S"],
    scope: "everywhere",
    run: (workspace) => show(workspace, { tab: "versions" }),
  }),
  inModel({
    id: "runs",
    title: "command.runs",
    group,
    keys: ["Shift+R"],
    run: (workspace) => show(workspace, { tab: "runs" }),
  }),
  inModel({
    id: "try",
    title: "command.try",
    group,
    run: (workspace) => show(workspace, { tab: "try" }),
  }),
  inModel({
    id: "toggle.train",
    title: "command.toggle.train",
    group: "view",
    keys: ["Mod+Shift+E"],
    run: (workspace) => {
      const { view } = workspace;
      if (view.getState().drawer === "train") view.setState({ drawer: null });
      else show(workspace);
    },
  }),
];
