import { EmptyState } from "@/design/Panel";
import { text } from "@/text/text";
import { AppBar } from "./AppBar";
import styles from "./app.module.css";
import { Link } from "./Link";

export function NotFound({ detail }: { detail?: string }) {
  return (
    <div className={styles["page"]}>
      <AppBar />
      <main className={styles["center"]}>
        <EmptyState
          alone
          icon="search"
          title={text("app.notFound")}
          hint={detail ?? text("app.notFound.hint")}
        >
          <Link to="/">{text("app.toStart")}</Link>
        </EmptyState>
      </main>
    </div>
  );
}
