// The panels below the canvas, by name. A feature adds its own here, and is loaded when it is first opened.

import type { ComponentType } from "react";
import type { TextKey } from "@/text/text";
import { later } from "./later";

export interface DrawerEntry {
  title: TextKey;
  /** Height in pixels before anybody has dragged it. */
  height: number;
  content: ComponentType;
}

export const drawers: Record<string, DrawerEntry> = {
  problems: { title: "problems.title", height: 220, content: later(() => import("@/problems/Problems")) },
  code: { title: "code.title", height: 320, content: later(() => import("@/code/ModelCode")) },
  train: { title: "train.panel", height: 400, content: later(() => import("@/train/Train")) },
};
