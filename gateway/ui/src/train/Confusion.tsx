// The confusion matrix: a table whose cells have a colour and a number, and a word for those who hear it.

import { text } from "@/text/text";
import styles from "./result.module.css";

/** How much colour a full cell has, in percent: the number on it must be legible. */
const STRONGEST = 45;

interface ConfusionProps {
  classes: readonly string[];
  /** Rows are the truth, columns the prediction. */
  matrix: readonly (readonly number[])[];
}

export function Confusion({ classes, matrix }: ConfusionProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it with the keys.
    <section className={styles["confusion"]} tabIndex={0} aria-label={text("result.confusion")}>
      <table>
        <caption>
          <strong>{text("result.confusion")}</strong>
          <br />
          {text("result.confusion.hint")}
        </caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="hidden-visually">{text("result.truth")}</span>
            </th>
            {classes.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {matrix.map((row, truth) => (
            <Row key={classes[truth]} row={row} truth={truth} classes={classes} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ row, truth, classes }: { row: readonly number[]; truth: number; classes: readonly string[] }) {
  const total = row.reduce((sum, count) => sum + count, 0);
  const name = classes[truth] ?? String(truth);
  return (
    <tr>
      <th scope="row">{name}</th>
      {row.map((count, said) => {
        const share = total > 0 ? count / total : 0;
        return (
          <td
            key={classes[said]}
            data-right={said === truth}
            style={{ "--share": `${Math.round(share * STRONGEST)}%` } as React.CSSProperties}
            title={text("result.confusion.cell", {
              count,
              total,
              truth: name,
              said: classes[said] ?? String(said),
            })}
          >
            {count || <span aria-hidden="true">·</span>}
            {!count && <span className="hidden-visually">0</span>}
          </td>
        );
      })}
    </tr>
  );
}
