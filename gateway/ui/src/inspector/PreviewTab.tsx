import { PreviewDetail } from "@/canvas/PreviewDetail";
import styles from "./inspector.module.css";

export default function PreviewTab({ id }: { id: string }) {
  return (
    <div className={styles["tab"]}>
      <PreviewDetail id={id} />
    </div>
  );
}
