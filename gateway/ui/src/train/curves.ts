// What the events of a run draw: a point for each epoch, and behind the last of them the batches of the epoch under way.

export type Metrics = Record<string, number | null>;
export type Point = readonly [x: number, y: number | null];

const VALIDATION = "val_";

export class Curves {
  /** Steps of an epoch; 0 while nobody knows. */
  steps = 0;
  private readonly epochs = new Map<number, Metrics>();
  private batches: { epoch: number; step: number; metrics: Metrics }[] = [];
  private last = 0;

  /** A finished epoch, counted from 1; what its batches drew gives way to it. */
  epoch(number: number, metrics: Metrics): void {
    this.epochs.set(number, metrics);
    this.last = Math.max(this.last, number);
    this.batches = this.batches.filter((batch) => batch.epoch >= this.last);
  }

  /** A batch of the epoch after `epoch` finished ones; its metrics are Keras's means since that epoch began. */
  batch(epoch: number, step: number, metrics: Metrics): void {
    if (epoch < this.last) return;
    // A run that is continued from a checkpoint does some steps a second time.
    this.batches = this.batches.filter(
      (batch) => batch.epoch < epoch || (batch.epoch === epoch && batch.step < step),
    );
    this.batches.push({ epoch, step, metrics });
  }

  /** The metrics without those of the validation rows, the loss first. */
  names(): string[] {
    const all = new Set<string>();
    for (const metrics of [...this.epochs.values(), ...this.batches.map((batch) => batch.metrics)])
      for (const name of Object.keys(metrics))
        all.add(name.startsWith(VALIDATION) ? name.slice(VALIDATION.length) : name);
    return [...all].sort((left, right) => Number(right === "loss") - Number(left === "loss"));
  }

  /** One point for each epoch: the very numbers of the run's metrics. */
  points(name: string): Point[] {
    return [...this.epochs]
      .sort(([left], [right]) => left - right)
      .filter(([, metrics]) => name in metrics)
      .map(([epoch, metrics]) => [epoch, metrics[name] ?? null]);
  }

  /** The points of the training rows with the batches of the epoch under way. */
  live(name: string): Point[] {
    const tail = this.batches
      .filter((batch) => name in batch.metrics)
      .map(({ epoch, step, metrics }): Point => {
        const part = this.steps > 0 ? Math.min(step / this.steps, 1) : 0;
        return [epoch + part, metrics[name] ?? null];
      });
    return [...this.points(name), ...tail];
  }

  /** The newest value of a metric, also one of a batch. */
  newest(name: string): number | null {
    return this.live(name).at(-1)?.[1] ?? null;
  }

  get count(): number {
    return this.epochs.size;
  }
}

export const validationOf = (metric: string): string => VALIDATION + metric;

/** An exponential mean that does not begin at 0, as TensorBoard's slider: 0 leaves the points as they are. */
export function smoothed(points: readonly Point[], weight: number): Point[] {
  if (weight <= 0) return [...points];
  let mean = 0;
  let count = 0;
  return points.map(([x, y]) => {
    if (y === null) return [x, y];
    count += 1;
    mean = mean * weight + y * (1 - weight);
    return [x, mean / (1 - weight ** count)];
  });
}

type Column = (number | null | undefined)[];

/** Several lists of points as columns over common places; undefined where a list has no point, null where no number. */
export function aligned(lists: readonly (readonly Point[])[]): [number[], ...Column[]] {
  const places = [...new Set(lists.flatMap((list) => list.map(([x]) => x)))].sort((a, b) => a - b);
  const columns = lists.map((list): Column => {
    const known = new Map(list);
    return places.map((x) => known.get(x));
  });
  return [places, ...columns];
}
