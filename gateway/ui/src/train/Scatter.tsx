// Predictions of numbers over what is true: on the diagonal where they are right.

import { useQuery } from "@tanstack/react-query";
import { queries } from "@/api/queries";
import { figure, text } from "@/text/text";
import type { Run } from "./feed";
import styles from "./result.module.css";
import { momentOf } from "./samples";

const SIZE = 240;
const EDGE = 34;
const MOST = 200;

export function Scatter({ run, split }: { run: Run; split: "validation" | "test" }) {
  const { data } = useQuery(queries.samples(run.id, split, MOST, momentOf(run)));
  const feature = Object.keys(data?.samples[0]?.truth ?? {})[0];
  if (!data || !feature) return null;
  const pairs = data.samples
    .map(({ truth, prediction }) => [Number(truth[feature]), Number(prediction[feature])] as const)
    .filter(([truth, said]) => Number.isFinite(truth) && Number.isFinite(said));
  if (!pairs.length) return null;
  const [low, high] = [Math.min(...pairs.flat()), Math.max(...pairs.flat())];
  const place = (value: number) => ((value - low) / (high - low || 1)) * (SIZE - EDGE - 8);
  const title = text("result.scatter", { feature });
  return (
    <figure className={styles["scatter"]}>
      <figcaption>{title}</figcaption>
      <svg viewBox={`0 0 ${SIZE} ${SIZE}`} role="img" aria-label={title}>
        <g transform={`translate(${EDGE} ${SIZE - EDGE}) scale(1 -1)`}>
          <path d={`M0 0L${place(high)} ${place(high)}`} className={styles["diagonal"]} />
          <path d={`M0 ${place(high)}V0H${place(high)}`} className={styles["axis"]} />
          {pairs.map(([truth, said], index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two rows may be the same, and rows do not move.
            <circle key={index} cx={place(truth)} cy={place(said)} r={3} className={styles["dot"]} />
          ))}
        </g>
        <text x={EDGE} y={SIZE - 20}>
          {figure(low)}
        </text>
        <text x={SIZE - 8} y={SIZE - 20} textAnchor="end">
          {figure(high)}
        </text>
        <text x={(SIZE + EDGE) / 2} y={SIZE - 4} textAnchor="middle">
          {text("result.truth")}
        </text>
        <text transform={`translate(14 ${(SIZE - EDGE) / 2}) rotate(-90)`} textAnchor="middle">
          {text("result.said")}
        </text>
      </svg>
    </figure>
  );
}
