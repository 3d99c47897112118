// How fast a run goes, and how long it still takes.

const WINDOW_MILLISECONDS = 20_000;
const LEAST_MILLISECONDS = 300;

export class Pace {
  private samples: { time: number; done: number }[] = [];

  /** So many steps are done at a time; only the last seconds count. */
  add(time: number, done: number): void {
    const before = this.samples.at(-1);
    if (before && done < before.done) this.samples = [];
    this.samples.push({ time, done });
    this.samples = this.samples.filter((sample) => time - sample.time <= WINDOW_MILLISECONDS);
  }

  /** A pause: what was before it says nothing about what comes after. */
  forget(): void {
    this.samples = [];
  }

  /** Seconds until `total` steps are done; null while nobody can tell. */
  left(total: number): number | null {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    if (!first || !last || last.time - first.time < LEAST_MILLISECONDS || last.done <= first.done)
      return null;
    const perStep = (last.time - first.time) / (last.done - first.done);
    return (Math.max(0, total - last.done) * perStep) / 1000;
  }
}
