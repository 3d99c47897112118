import { useQuery } from "@tanstack/react-query";
import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import { AppBar } from "@/app/AppBar";
import page from "@/app/app.module.css";
import { EmptyState } from "@/design/Panel";
import { text } from "@/text/text";
import styles from "./start.module.css";

export default function DatasetsPage() {
  const datasets = useQuery(queries.datasets());
  return (
    <div className={page["page"]}>
      <AppBar />
      <main className={styles["main"]}>
        <div className={styles["column"]}>
          <header className={styles["head"]}>
            <h1>{text("datasets.title")}</h1>
          </header>
          {datasets.error && <EmptyState icon="offline" title={messageOf(datasets.error)} />}
          {datasets.data?.length === 0 && (
            <EmptyState icon="data" title={text("datasets.empty")} hint={text("datasets.empty.hint")} />
          )}
          <ul className={styles["grid"]}>
            {(datasets.data ?? []).map((dataset) => (
              <li key={dataset.id} className={styles["card"]}>
                <strong>{dataset.name}</strong>
                <span>
                  {text("datasets.rows", { count: dataset.rows })} ·{" "}
                  {text("datasets.features", { count: Object.keys(dataset.features).length })}
                </span>
              </li>
            ))}
          </ul>
        </div>
      </main>
    </div>
  );
}
