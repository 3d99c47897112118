import { useCallback } from "react";
import { useDocument } from "@/app/workspace";
import { type ModelDocument, valuesOf } from "@/document/model";
import styles from "./inspector.module.css";

/** The settings of a component as they stand. */
export default function SettingsTab({ id }: { id: string }) {
  const component = useDocument(useCallback((document: ModelDocument) => document.components[id], [id]));
  if (!component) return null;
  return (
    <div className={styles["tab"]} data-inspector-first>
      <dl className={styles["values"]}>
        {Object.entries(valuesOf(component)).map(([name, value]) => (
          <div key={name} style={{ display: "contents" }}>
            <dt>{name}</dt>
            <dd>{JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
