// A wire, with the shape of what flows through it.

import { BaseEdge, type EdgeProps } from "@xyflow/react";
import { memo } from "react";
import { useLive } from "@/app/workspace";
import styles from "./canvas.module.css";
import type { CanvasEdge } from "./nodes";
import { PORT } from "./sizes";
import { useCanvas } from "./state";
import { isForward, labelOf, pathOf } from "./wirePath";

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
          {labelOf(spec, isForward(props) ? props.targetX - props.sourceX - PORT : Number.POSITIVE_INFINITY)}
        </text>
      )}
    </g>
  );
});
