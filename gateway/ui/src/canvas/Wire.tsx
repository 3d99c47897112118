// A wire, with the shape of what flows through it.

import { BaseEdge, type EdgeProps, getBezierPath } from "@xyflow/react";
import { memo } from "react";
import { useLive } from "@/app/workspace";
import { shapeText } from "@/text/text";
import styles from "./canvas.module.css";
import type { CanvasEdge } from "./nodes";
import { useCanvas } from "./state";

const LOOP = 40;
/** From a port down to the room below its component. */
const BELOW = 168;

export const Wire = memo(function Wire(props: EdgeProps<CanvasEdge>) {
  const { id, source, target, sourceHandleId, targetHandleId, selected } = props;
  const from = useLive(source);
  const to = useLive(target);
  const over = useCanvas((state) => state.over !== null && `${state.over.from}>${state.over.to}` === id);
  const spec = from.outputs[sourceHandleId ?? "output"];
  const wrong = to.diagnostics.some((item) => item.severity === "error" && item.port === targetHandleId);
  const [path, x, y] = pathOf(props);
  const rank = spec?.shape.length ?? 1;
  return (
    <g
      className={styles["wire"]}
      data-selected={selected}
      data-wrong={wrong}
      data-over={over}
      data-rank={Math.min(rank, 4)}
    >
      <BaseEdge path={path} interactionWidth={18} />
      {spec && (
        <text x={x} y={y - 5} className={styles["shape"]}>
          {shapeText(spec.shape)}
          {spec.dtype !== "float32" && ` ${spec.dtype}`}
        </text>
      )}
    </g>
  );
});

/** Forward a curve; backward, to the next line of a wrapped layout, a way between the lines. */
function pathOf(props: EdgeProps<CanvasEdge>): [string, number, number] {
  const { sourceX, sourceY, targetX, targetY } = props;
  if (targetX > sourceX - 24) {
    const [path, x, y] = getBezierPath(props);
    return [path, x, y];
  }
  const right = sourceX + LOOP;
  const left = targetX - LOOP;
  const down = targetY > sourceY;
  // Just below the line that the wire leaves, where wrapped layouts leave room.
  const middle =
    down && targetY - sourceY > BELOW * 1.2 ? sourceY + BELOW : Math.max(sourceY, targetY) + BELOW;
  const bend = (from: number, to: number) => Math.sign(to - from) * Math.min(16, Math.abs(to - from) / 2);
  const first = bend(sourceY, middle);
  const second = bend(middle, targetY);
  const path =
    `M${sourceX} ${sourceY}H${right - 16}Q${right} ${sourceY} ${right} ${sourceY + first}V${middle - first}` +
    `Q${right} ${middle} ${right - 16} ${middle}H${left + 16}Q${left} ${middle} ${left} ${middle + second}` +
    `V${targetY - second}Q${left} ${targetY} ${left + 16} ${targetY}H${targetX}`;
  return [path, (left + right) / 2, middle];
}
