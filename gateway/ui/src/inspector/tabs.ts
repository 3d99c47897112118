// The tabs of the inspector, in order. A feature adds its own here, and is loaded when it is first shown.

import type { ComponentType } from "react";
import { later } from "@/app/later";
import type { TextKey } from "@/text/text";
import { useHasRun } from "@/train/training";

export interface InspectorTab {
  value: string;
  title: TextKey;
  content: ComponentType<{ id: string }>;
}

const inspectorTabs: readonly InspectorTab[] = [
  { value: "settings", title: "inspector.settings", content: later(() => import("./SettingsTab")) },
  { value: "code", title: "inspector.code", content: later(() => import("./CodeTab")) },
  { value: "preview", title: "inspector.preview", content: later(() => import("./PreviewTab")) },
  {
    value: "documentation",
    title: "inspector.documentation",
    content: later(() => import("./DocumentationTab")),
  },
  {
    value: "run",
    title: "runTab.title",
    content: later(() => import("@/train/RunTab")),
  },
];

/** The tabs that have anything to show: that of the run only where one can be looked into. */
export function useTabs(): readonly InspectorTab[] {
  const hasRun = useHasRun();
  return hasRun ? inspectorTabs : inspectorTabs.filter(({ value }) => value !== "run");
}
