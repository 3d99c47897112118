// The components of the far view: a block in the colour of the category, its name where that can be read, and a mark
// where something is to be known.

import type { Live, LiveStore } from "@/live/store";
import { type Box, boxOf } from "../boxes";
import type { ComponentNodeType } from "../nodes";
import { HEAD } from "../sizes";
import type { Look } from "./look";
import { linesOf } from "./names";
import type { Sight } from "./paint";
import type { Scene } from "./scene";

/** Sizes in pixels of the page. A name is as large as it is from near, within what is read and what fits. */
const TEXT = { least: 9, most: 12, near: 30 };
/** Narrower blocks have no name, smaller ones no edge. */
const NAMED = 36;
const EDGED = 24;
const RADIUS = 8;
const FADED = 0.45;

interface Block extends Box {
  node: ComponentNodeType;
}

export class Blocks {
  private readonly names = new Map<string, string[]>();
  private measured = "";

  constructor(
    private readonly live: LiveStore,
    private readonly look: Look,
  ) {}

  paint(context: CanvasRenderingContext2D, { components }: Scene, sight: Sight): void {
    const blocks = components.flatMap((node) => seen(node, sight));
    for (const block of blocks) this.paintBlock(context, block, sight.zoom);
    for (const block of blocks) this.paintMark(context, block);
    this.paintNames(context, blocks, sight.zoom);
    context.globalAlpha = 1;
  }

  private paintBlock(context: CanvasRenderingContext2D, block: Block, zoom: number): void {
    const { node } = block;
    const { fill, edge } = this.look.block(node.data.type?.category ?? "other");
    const large = block.width >= EDGED;
    context.globalAlpha = node.data.component.bypassed ? FADED : 1;
    context.fillStyle = fill;
    shape(context, block, RADIUS * zoom);
    context.fill();
    context.fillStyle = edge;
    context.fillRect(block.x, block.y, block.width, large ? 2 : 1);
    const ring = ringOf(node.selected ?? false, this.live.get(node.id), this.look);
    if (!ring && !large) return;
    context.strokeStyle = ring?.colour ?? this.look.line;
    context.lineWidth = ring?.width ?? 1;
    shape(context, grown(block, ring ? ring.width / 2 : -0.5), RADIUS * zoom);
    context.stroke();
  }

  /** A mark in the corner: the worst kind of finding. */
  private paintMark(context: CanvasRenderingContext2D, { node, x, y, width }: Block): void {
    const { diagnostics } = this.live.get(node.id);
    const found = diagnostics.some(({ severity }) => severity === "error")
      ? this.look.error
      : diagnostics.some(({ severity }) => severity === "warning") && this.look.warning;
    if (!found) return;
    context.globalAlpha = 1;
    context.fillStyle = found;
    const radius = Math.max(2, Math.min(7, width / 8));
    // It looks over the corner, and leaves the name its place.
    const [right, top] = [x + width - radius / 3, y + radius / 3];
    context.beginPath();
    context.arc(right, top, radius, 0, 2 * Math.PI);
    context.fill();
    if (radius < 4) return;
    // A word or a sign for each colour: `!` for what is wrong as for what may be.
    context.fillStyle = this.look.onFinding;
    context.font = `700 ${Math.round(radius * 1.7)}px ${this.look.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText("!", right, top + 0.5);
  }

  private paintNames(context: CanvasRenderingContext2D, blocks: readonly Block[], zoom: number): void {
    const size = Math.max(TEXT.least, Math.min(TEXT.most, Math.round(TEXT.near * zoom)));
    context.font = `600 ${size}px ${this.look.font}`;
    context.textAlign = "left";
    context.textBaseline = "alphabetic";
    context.fillStyle = this.look.text;
    const key = `${size} ${zoom}`;
    if (key !== this.measured) this.names.clear();
    this.measured = key;
    const step = size * 1.15;
    for (const { node, x, y, width, height } of blocks) {
      if (width < NAMED || height < step) continue;
      context.globalAlpha = node.data.component.bypassed ? FADED : 1;
      const margin = Math.max(2, Math.round(HEAD * zoom * 0.3 - 1));
      const lines = this.linesOf(context, node.id, width - 2 * margin, Math.floor((height - margin) / step));
      lines.forEach((line, index) => {
        context.fillText(line, x + margin, y + margin + 1 + step * (index + 0.85));
      });
    }
  }

  private linesOf(context: CanvasRenderingContext2D, id: string, width: number, most: number): string[] {
    const key = `${id} ${most}`;
    const known = this.names.get(key);
    if (known) return known;
    const lines = linesOf(id, width, Math.min(most, 3), (text) => context.measureText(text).width);
    this.names.set(key, lines);
    return lines;
  }
}

/** What of a component lies in sight, on whole pixels of the device: so edges are sharp. */
function seen(node: ComponentNodeType, { x, y, zoom, width, height, ratio }: Sight): Block[] {
  const box = boxOf(node);
  const [left, top] = [box.x * zoom + x, box.y * zoom + y];
  const [right, bottom] = [left + box.width * zoom, top + box.height * zoom];
  if (right < -RADIUS || left > width + RADIUS || bottom < -RADIUS || top > height + RADIUS) return [];
  const snap = (value: number) => Math.round(value * ratio) / ratio;
  const [sharpLeft, sharpTop] = [snap(left), snap(top)];
  return [{ node, x: sharpLeft, y: sharpTop, width: snap(right - left), height: snap(bottom - top) }];
}

function ringOf(selected: boolean, live: Live, look: Look): { colour: string; width: number } | null {
  if (selected) return { colour: look.accent, width: 2 };
  const wrong = live.state === "error" || live.diagnostics.some(({ severity }) => severity === "error");
  return wrong ? { colour: look.error, width: 1.5 } : null;
}

function shape(context: CanvasRenderingContext2D, { x, y, width, height }: Box, radius: number): void {
  context.beginPath();
  if (radius < 1.5) context.rect(x, y, width, height);
  else context.roundRect(x, y, width, height, radius);
}

function grown({ x, y, width, height }: Box, by: number): Box {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}
