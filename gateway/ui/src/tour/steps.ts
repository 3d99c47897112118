// The steps of the tour. Each works on the model that is open: it selects, edits, trains, and nothing is staged.

import type { Workspace } from "@/app/workspace";
import { run } from "@/commands/registry";
import { removeAndHeal, setSetting } from "@/document/edits";
import { type TextKey, text } from "@/text/text";

export interface Step {
  id: "data" | "component" | "preview" | "code" | "fix" | "train" | "pause" | "export";
  /** What it points at; null leaves the popover in a corner. */
  anchor: (workspace: Workspace) => Element | null;
  /** Bring to the screen what the step is about. */
  enter: (workspace: Workspace) => void;
  /** What the step lets one try; without a label there is nothing to press. */
  action?: (workspace: Workspace) => void;
}

const INSPECTOR = "[data-inspector='true'] > section:last-of-type, [aria-label='Inspector']";
const find = (selector: string) => document.querySelector(selector);
const inspector = () => find(`section[aria-label='${text("inspector.title")}']`) ?? find(INSPECTOR);
const drawer = () => find("main section[aria-label]")?.parentElement ?? null;
const nodeOf = (id: string | undefined) => (id ? find(`.react-flow__node[data-id='${id}']`) : null);

/** The first component of a type, as the document has it now. */
function first({ store }: Workspace, type: string): string | undefined {
  return Object.entries(store.document.components).find(([, component]) => component.type === type)?.[0];
}

function select(workspace: Workspace, type: string, tab: string): void {
  const id = first(workspace, type);
  if (!id) return;
  workspace.view.setState({ selection: new Set([id]), inspector: true, tab });
  workspace.canvas?.reveal(id);
}

const CONVOLUTION = "core.convolution";
const FILTERS = 24;

export const STEPS: readonly Step[] = [
  {
    id: "data",
    anchor: (workspace) => nodeOf(first(workspace, "core.data")),
    enter: (workspace) => {
      workspace.view.setState({ drawer: null });
      select(workspace, "core.data", "settings");
    },
  },
  {
    id: "component",
    anchor: inspector,
    enter: (workspace) => select(workspace, CONVOLUTION, "settings"),
    action: (workspace) => {
      const id = first(workspace, CONVOLUTION);
      if (id)
        workspace.store.edit(
          { label: text("edit.setting", { name: "filters", id }) },
          setSetting(id, "filters", FILTERS),
        );
    },
  },
  { id: "preview", anchor: inspector, enter: (workspace) => select(workspace, CONVOLUTION, "preview") },
  { id: "code", anchor: inspector, enter: (workspace) => select(workspace, CONVOLUTION, "code") },
  {
    id: "fix",
    anchor: drawer,
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
    anchor: drawer,
    enter: (workspace) => {
      workspace.view.setState({ drawer: "train" });
      select(workspace, CONVOLUTION, "run");
    },
    // A run that has ended already cannot be paused: the next one can.
    action: (workspace) => void (run("train.pause") || train(workspace)),
  },
  { id: "export", anchor: drawer, enter: showExports },
];

function train({ view }: Workspace): boolean {
  view.setState({ drawer: "train" });
  return run("train");
}

function showExports({ view }: Workspace): void {
  view.setState({ drawer: "train" });
  // Tabs open when they get the focus; the panel may be on its way still.
  setTimeout(() => document.querySelector<HTMLElement>("[role='tab'][id$='-exports']")?.focus(), 300);
}

export const titleOf = (step: Step): string => text(`tour.${step.id}` as TextKey);
export const bodyOf = (step: Step): string => text(`tour.${step.id}.body` as TextKey);
export const actionOf = (step: Step): string | null =>
  step.action ? text(`tour.${step.id}.action` as TextKey) : null;
