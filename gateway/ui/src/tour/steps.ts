// The steps of the tour. Each works on the model that is open: it selects, edits, trains, and nothing is staged.

import { drawers } from "@/app/drawers";
import type { Workspace } from "@/app/workspace";
import { canRun, run, useRegistry } from "@/commands/registry";
import { removeAndHeal, setSetting } from "@/document/edits";
import { type TextKey, text } from "@/text/text";
import "./texts";

export interface Step {
  id: "data" | "component" | "preview" | "code" | "fix" | "train" | "pause" | "export";
  /** What it points at; null leaves the popover in a corner. */
  anchor: (workspace: Workspace) => Element | null;
  /** Bring to the screen what the step is about. */
  enter: (workspace: Workspace) => void;
  /** What the step lets one try; without a label there is nothing to press. */
  action?: (workspace: Workspace) => void;
}

const find = (selector: string) => document.querySelector(selector);
const inspector = () => find(`section[aria-label='${text("inspector.title")}']`);
const drawer = (name: string) => () => {
  const entry = drawers[name];
  return entry ? find(`section[aria-label='${text(entry.title)}']`) : null;
};
const nodeOf = (id: string | undefined) => (id ? find(`.react-flow__node[data-id='${id}']`) : null);

/** The first component of a type, as the document has it now. */
function first({ store }: Workspace, type: string): string | undefined {
  return Object.entries(store.document.components).find(([, component]) => component.type === type)?.[0];
}

/** The component that reads pictures; any other that reads data where there is none. */
function pictures(workspace: Workspace): string | undefined {
  const { components, dataset } = workspace.store.document;
  const reads = (value: unknown) => typeof value === "string" && dataset?.features[value]?.type === "image";
  return (
    Object.entries(components).find(([, { settings }]) => reads(settings["feature"]))?.[0] ??
    first(workspace, "core.data")
  );
}

function select(workspace: Workspace, id: string | undefined, tab: string): void {
  if (!id) return;
  workspace.view.setState({ selection: new Set([id]), inspector: true, tab });
  workspace.canvas?.reveal(id);
}

const CONVOLUTION = "core.convolution";
const FILTERS = 24;

export const STEPS: readonly Step[] = [
  {
    id: "data",
    anchor: (workspace) => nodeOf(pictures(workspace)),
    enter: (workspace) => {
      workspace.view.setState({ drawer: null });
      select(workspace, pictures(workspace), "settings");
    },
  },
  {
    id: "component",
    anchor: inspector,
    enter: (workspace) => select(workspace, first(workspace, CONVOLUTION), "settings"),
    action: (workspace) => {
      const id = first(workspace, CONVOLUTION);
      if (id)
        workspace.store.edit(
          { label: text("edit.setting", { name: "filters", id }) },
          setSetting(id, "filters", FILTERS),
        );
    },
  },
  {
    id: "preview",
    anchor: inspector,
    enter: (workspace) => select(workspace, first(workspace, CONVOLUTION), "preview"),
  },
  {
    id: "code",
    anchor: inspector,
    enter: (workspace) => select(workspace, first(workspace, CONVOLUTION), "code"),
  },
  {
    id: "fix",
    anchor: drawer("problems"),
    enter: ({ view }) => view.setState({ drawer: "problems", tab: "settings" }),
    action: (workspace) => {
      const id = first(workspace, "core.flatten");
      if (id) workspace.store.edit({ label: text("command.heal") }, removeAndHeal(new Set([id])));
    },
  },
  {
    id: "train",
    anchor: () => find("header [data-run], header button[class*='primary']"),
    enter: ({ view }) => view.setState({ drawer: null }),
    action: train,
  },
  {
    id: "pause",
    anchor: drawer("train"),
    enter: (workspace) => {
      workspace.view.setState({ drawer: "train" });
      select(workspace, first(workspace, CONVOLUTION), "run");
    },
    // A run that has ended already cannot be paused: the next one can.
    action: (workspace) => void (run("train.pause") || train(workspace)),
  },
  { id: "export", anchor: drawer("train"), enter: showExports },
];

function train({ view }: Workspace): boolean {
  view.setState({ drawer: "train" });
  return run("train");
}

function showExports({ view }: Workspace): void {
  view.setState({ drawer: "train" });
  // Whoever has paused wants the run to go on, to have something to take along.
  const paused = useRegistry.getState().commands.get("train.step");
  if (paused && canRun(paused)) run("train.pause");
  // Tabs open when they get the focus; the panel may be on its way still.
  setTimeout(() => document.querySelector<HTMLElement>("[role='tab'][id$='-exports']")?.focus(), 300);
}

export const titleOf = (step: Step): string => text(`tour.${step.id}` as TextKey);
export const bodyOf = (step: Step): string => text(`tour.${step.id}.body` as TextKey);
export const actionOf = (step: Step): string | null =>
  step.action ? text(`tour.${step.id}.action` as TextKey) : null;
