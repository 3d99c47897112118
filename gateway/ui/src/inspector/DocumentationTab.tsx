// What a component type is: its own words, ports and settings, and the page with everything.

import { useCallback } from "react";
import { useDocument, useWorkspace } from "@/app/workspace";
import type { ModelDocument } from "@/document/model";
import { text } from "@/text/text";
import { fieldsOf, type Schema, valueText } from "./fields";
import styles from "./inspector.module.css";

export default function DocumentationTab({ id }: { id: string }) {
  const { types } = useWorkspace();
  const name = useDocument(
    useCallback((document: ModelDocument) => document.components[id]?.type ?? "", [id]),
  );
  const type = types.get(name);
  if (!type) return null;
  return (
    <article className={`${styles["tab"]} ${styles["documentation"]}`}>
      <p>{type.summary}</p>
      <a href={`/docs/components/${name}`} target="_blank" rel="noreferrer">
        {text("documentation.page")}
      </a>
      <h3>{text("documentation.settings")}</h3>
      <dl>
        {fieldsOf(type.settings_schema as Schema).map((field) => (
          <div key={field.name}>
            <dt>
              <code>{field.name}</code>
              <span>{field.fallback === undefined ? "" : valueText(field.fallback)}</span>
            </dt>
            <dd>{field.help}</dd>
          </div>
        ))}
      </dl>
      {type.documentation && (
        <>
          <h3>{text("documentation.more")}</h3>
          <pre>{type.documentation}</pre>
        </>
      )}
    </article>
  );
}
