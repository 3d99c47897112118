import { useCallback } from "react";
import { useDocument, useWorkspace } from "@/app/workspace";
import type { ModelDocument } from "@/document/model";
import styles from "./inspector.module.css";

/** What the class of the component says of itself. */
export default function DocumentationTab({ id }: { id: string }) {
  const { types } = useWorkspace();
  const type = useDocument(
    useCallback((document: ModelDocument) => document.components[id]?.type ?? "", [id]),
  );
  return (
    <div className={`${styles["tab"]} ${styles["documentation"]}`}>{types.get(type)?.documentation}</div>
  );
}
