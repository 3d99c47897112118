// Draws the far view: blocks with names, the wires between them, and how each component is.

import type { LiveStore } from "@/live/store";
import { Blocks } from "./blocks";
import type { Look } from "./look";
import type { Scene } from "./scene";
import { Wires } from "./wires";

export interface Sight {
  /** Where the origin of the document lies, and how large its unit is, in pixels of the page. */
  x: number;
  y: number;
  zoom: number;
  width: number;
  height: number;
  /** Pixels of the device for each of the page. */
  ratio: number;
}

export class Painter {
  private readonly wires: Wires;
  private readonly blocks: Blocks;

  constructor(
    private readonly context: CanvasRenderingContext2D,
    live: LiveStore,
    look: Look,
  ) {
    this.wires = new Wires(live, look);
    this.blocks = new Blocks(live, look);
  }

  paint(scene: Scene, sight: Sight): void {
    const { context } = this;
    const { x, y, zoom, ratio } = sight;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    context.setTransform(zoom * ratio, 0, 0, zoom * ratio, x * ratio, y * ratio);
    this.wires.paint(context, scene, zoom);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.blocks.paint(context, scene, sight);
  }

  /** More is known of the components. */
  refresh(): void {
    this.wires.refresh();
  }
}
