// The settings of a component: a form made from its schema.

import { useCallback, useState } from "react";
import { useDocument, useLive, useWorkspace } from "@/app/workspace";
import { Button } from "@/design/Button";
import { Icon } from "@/design/icons";
import type { Component, ModelDocument } from "@/document/model";
import { text } from "@/text/text";
import { DataSection } from "./DataSection";
import { type Field, fieldsOf, type Schema } from "./fields";
import styles from "./inspector.module.css";
import { SettingField } from "./SettingField";

/** So many settings are seen at once; the others wait behind a button, unless they say something. */
const FIRST = 6;

export default function SettingsTab({ id }: { id: string }) {
  const { types, session } = useWorkspace();
  const component = useDocument(useCallback((document: ModelDocument) => document.components[id], [id]));
  const features = useDocument(useCallback((document: ModelDocument) => document.dataset?.features, []));
  const { diagnostics } = useLive(id);
  const [all, setAll] = useState(false);
  const type = types.get(component?.type ?? "");
  if (!component || !type) return null;
  const fields = fieldsOf(type.settings_schema as Schema);
  const speaking = (field: Field) =>
    field.name in component.settings || diagnostics.some((item) => item.setting === field.name);
  const shown = all ? fields : fields.filter((field, index) => index < FIRST || speaking(field));
  const reason = session.explanationOf(id);
  return (
    <div className={styles["tab"]} data-inspector-first>
      <p className={styles["summary"]}>{type.summary}</p>
      {reason && follows(component) && (
        <p className={styles["reason"]}>
          <Icon name="tip" />
          {reason}
        </p>
      )}
      {shown.map((field) => (
        <SettingField
          key={field.name}
          id={id}
          field={field}
          component={component}
          findings={diagnostics}
          choices={optionsOf(field, Object.keys(features ?? {}))}
        />
      ))}
      {shown.length < fields.length && (
        <Button look="quiet" icon="arrowDown" onClick={() => setAll(true)}>
          {text("settings.more", { count: fields.length - shown.length })}
        </Button>
      )}
      {type.category === "data" && <DataSection component={component} />}
    </div>
  );
}

function follows(component: Component): boolean {
  return Object.keys(component.suggested ?? {}).some((name) => !(name in component.settings));
}

/** What may be chosen, where the schema names a list that the document has. */
function optionsOf(field: Field, features: string[]): string[] | undefined {
  return field.kind === "text" && field.options === "features" && features.length ? features : undefined;
}
