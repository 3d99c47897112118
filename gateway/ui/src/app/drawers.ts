// The panels below the canvas, by name. A feature adds its own here, and is loaded when it is first opened.

import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import type { TextKey } from "@/text/text";

export interface DrawerEntry {
  title: TextKey;
  /** Height in pixels before anybody has dragged it. */
  height: number;
  content: LazyExoticComponent<ComponentType>;
}

export const drawers: Record<string, DrawerEntry> = {
  problems: { title: "problems.title", height: 220, content: lazy(() => import("@/problems/Problems")) },
  code: { title: "code.title", height: 320, content: lazy(() => import("@/code/ModelCode")) },
  train: { title: "train.panel", height: 400, content: lazy(() => import("@/train/Train")) },
};
