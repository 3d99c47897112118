// The first rows of a dataset, as they stand in its table.

import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "@/api/client";
import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import { Loading } from "@/app/Loading";
import { EmptyState } from "@/design/Panel";
import styles from "./dataset.module.css";

export function RowsTable({ dataset }: { dataset: Schemas["Dataset"] }) {
  const rows = useQuery(queries.firstRows(dataset.id));
  const names = Object.keys(dataset.features);
  if (rows.isPending) return <Loading />;
  if (rows.error) return <EmptyState icon="offline" title={messageOf(rows.error)} />;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
    <section className={styles["scroll"]} tabIndex={0} aria-label={dataset.table}>
      <table className={styles["rows"]}>
        <thead>
          <tr>
            {names.map((name) => (
              <th key={name}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.data.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place.
            <tr key={index}>
              {names.map((name) => (
                <td key={name}>{String(row[name] ?? "–")}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
