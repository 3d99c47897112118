// The wires of the far view. All that look the same are one path, which is made anew only when one of them changes.

import type { LiveStore } from "@/live/store";
import { type Ends, pathOf } from "../wirePath";
import type { Look } from "./look";
import type { FarWire, Scene } from "./scene";

type Kind = "plain" | "wrong" | "selected";

const KINDS = ["plain", "wrong", "selected"] as const;

export class Wires {
  private readonly single = new Map<string, { ends: Ends; path: Path2D }>();
  private made: { scene: Scene; paths: Map<Kind, Path2D> } | null = null;

  constructor(
    private readonly live: LiveStore,
    private readonly look: Look,
  ) {}

  paint(context: CanvasRenderingContext2D, scene: Scene, zoom: number): void {
    if (this.made?.scene !== scene) this.made = { scene, paths: this.pathsOf(scene) };
    const { wire, error, accent } = this.look;
    const colours = { plain: wire, wrong: error, selected: accent };
    for (const kind of KINDS) {
      const path = this.made.paths.get(kind);
      if (!path) continue;
      context.strokeStyle = colours[kind];
      // Thinner where the blocks are small, or the wires were all that is seen.
      context.lineWidth = (kind === "plain" ? Math.max(0.6, Math.min(1, 5 * zoom)) : 2) / zoom;
      context.setLineDash(kind === "wrong" ? [5 / zoom, 3 / zoom] : []);
      context.stroke(path);
    }
    context.setLineDash([]);
  }

  refresh(): void {
    this.made = null;
  }

  private pathsOf({ wires }: Scene): Map<Kind, Path2D> {
    const paths = new Map<Kind, Path2D>();
    for (const wire of wires) {
      const kind = this.kindOf(wire);
      const path = paths.get(kind) ?? new Path2D();
      path.addPath(this.pathOf(wire));
      paths.set(kind, path);
    }
    return paths;
  }

  private kindOf({ edge }: FarWire): Kind {
    if (edge.selected) return "selected";
    const { diagnostics } = this.live.get(edge.target);
    const wrong = diagnostics.some((item) => item.severity === "error" && item.port === edge.targetHandle);
    return wrong ? "wrong" : "plain";
  }

  private pathOf({ edge, ends }: FarWire): Path2D {
    const known = this.single.get(edge.id);
    if (known && isSame(known.ends, ends)) return known.path;
    const path = new Path2D(pathOf(ends)[0]);
    this.single.set(edge.id, { ends, path });
    return path;
  }
}

function isSame(one: Ends, other: Ends): boolean {
  return (
    one.sourceX === other.sourceX &&
    one.sourceY === other.sourceY &&
    one.targetX === other.targetX &&
    one.targetY === other.targetY
  );
}
