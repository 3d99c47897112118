// The tabs of the inspector, in order. A feature adds its own here, and is loaded when it is first shown.

import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import type { TextKey } from "@/text/text";
import { useHasRun } from "@/train/training";

export interface InspectorTab {
  value: string;
  title: TextKey;
  content: LazyExoticComponent<ComponentType<{ id: string }>>;
}

const inspectorTabs: readonly InspectorTab[] = [
  { value: "settings", title: "inspector.settings", content: lazy(() => import("./SettingsTab")) },
  { value: "code", title: "inspector.code", content: lazy(() => import("./CodeTab")) },
  { value: "preview", title: "inspector.preview", content: lazy(() => import("./PreviewTab")) },
  {
    value: "documentation",
    title: "inspector.documentation",
    content: lazy(() => import("./DocumentationTab")),
  },
  {
    value: "run",
    title: "runTab.title",
    content: lazy(() => import("@/train/RunTab")),
  },
];

/** The tabs that have anything to show: that of the run only where one can be looked into. */
export function useTabs(): readonly InspectorTab[] {
  const hasRun = useHasRun();
  return hasRun ? inspectorTabs : inspectorTabs.filter(({ value }) => value !== "run");
}
