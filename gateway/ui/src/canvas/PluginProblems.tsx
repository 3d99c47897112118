// The plugins that could not be loaded or have failed since, each with its reasons.

import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "@/api/client";
import { queries } from "@/api/queries";
import { Icon } from "@/design/icons";
import { text } from "@/text/text";
import styles from "./palette.module.css";

/** Why a plugin does not work, or not all of it: one sentence a fault. */
function reasons(plugin: Schemas["Plugin"]): string[] {
  if (plugin.error) return [plugin.error];
  return plugin.failures.map(({ where, error, place }) => `${where}: ${error}${place ? ` (${place})` : ""}`);
}

export function PluginProblems() {
  const plugins = useQuery(queries.plugins()).data ?? [];
  const faulty = plugins.filter((plugin) => reasons(plugin).length > 0);
  if (!faulty.length) return null;
  return (
    <details className={styles["plugins"]}>
      <summary>
        <Icon name="warning" />
        {text("palette.plugins", { count: faulty.length })}
      </summary>
      <dl>
        {faulty.map((plugin) => (
          <div key={`${plugin.name} ${plugin.distribution}`}>
            <dt>{text("palette.plugin", { name: plugin.name, distribution: plugin.distribution })}</dt>
            {reasons(plugin).map((reason) => (
              <dd key={reason}>{reason}</dd>
            ))}
          </div>
        ))}
      </dl>
    </details>
  );
}
