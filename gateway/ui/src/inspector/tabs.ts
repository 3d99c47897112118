// The tabs of the inspector, in order. A feature adds its own here, and is loaded when it is first shown.

import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import type { TextKey } from "@/text/text";

export interface InspectorTab {
  value: string;
  title: TextKey;
  content: LazyExoticComponent<ComponentType<{ id: string }>>;
}

export const inspectorTabs: readonly InspectorTab[] = [
  { value: "settings", title: "inspector.settings", content: lazy(() => import("./SettingsTab")) },
  { value: "code", title: "inspector.code", content: lazy(() => import("./CodeTab")) },
  { value: "preview", title: "inspector.preview", content: lazy(() => import("./PreviewTab")) },
  {
    value: "documentation",
    title: "inspector.documentation",
    content: lazy(() => import("./DocumentationTab")),
  },
];
