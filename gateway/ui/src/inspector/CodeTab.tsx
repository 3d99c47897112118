import { useCallback } from "react";
import { useDocument } from "@/app/workspace";
import { EmptyState } from "@/design/Panel";
import type { ModelDocument } from "@/document/model";
import { text } from "@/text/text";
import styles from "./inspector.module.css";

/** The code of a component of its own. */
export default function CodeTab({ id }: { id: string }) {
  const code = useDocument(
    useCallback((document: ModelDocument) => document.components[id]?.code?.text, [id]),
  );
  if (!code) return <EmptyState icon="code" title={text("code.title")} />;
  return <pre className={styles["tab"]}>{code}</pre>;
}
