// What stands where something is on its way.

import { text } from "@/text/text";
import styles from "./app.module.css";

export function Loading() {
  return (
    <div className={styles["loading"]} role="status">
      {text("app.loading")}
    </div>
  );
}
