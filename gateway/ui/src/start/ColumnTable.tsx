// The columns of a dataset: how the values are distributed, how they are read, and what a model does with them.

import { memo, useId } from "react";
import type { Schemas } from "@/api/client";
import { Icon } from "@/design/icons";
import { Select } from "@/design/Select";
import { figure, text } from "@/text/text";
import styles from "./dataset.module.css";
import { barsOf, type Plan, type Role, valuesText, withType } from "./plan";
import "./texts";

type Dataset = Schemas["Dataset"];
const ROLES: readonly Role[] = ["input", "target", "none"];

interface ColumnTableProps {
  dataset: Dataset;
  /** The same with the types that were chosen; not yet with the last one, while that is being read. */
  read: Dataset;
  plan: Plan;
  onChange: (plan: Plan) => void;
}

export function ColumnTable({ dataset, read, plan, onChange }: ColumnTableProps) {
  return (
    <table className={styles["columns"]}>
      <thead>
        <tr>
          <th>{text("dataset.column")}</th>
          <th>{text("dataset.type")}</th>
          <th colSpan={2}>{text("dataset.values")}</th>
          <th>{text("dataset.role")}</th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(dataset.features).map(([name, feature]) => (
          <tr key={name} data-role={plan.roles[name]}>
            <th scope="row">{name}</th>
            <td className={styles["type"]}>
              {feature.types.length > 1 ? (
                <Select
                  label={text("dataset.type.of", { name })}
                  value={plan.types[name] ?? feature.type}
                  options={feature.types.map((type) => ({ value: type, label: type }))}
                  onChange={(type) => onChange(withType(plan, dataset, name, type))}
                />
              ) : (
                feature.type
              )}
            </td>
            <td className={styles["bars"]}>
              <Bars
                name={name}
                statistics={statisticsOf(read, name, plan.types[name] ?? feature.type) ?? {}}
              />
            </td>
            <td className={styles["values"]}>
              <Values dataset={read} name={name} type={plan.types[name] ?? feature.type} />
            </td>
            <td className={styles["role"]}>
              <RoleChoice
                name={name}
                value={plan.roles[name] ?? "none"}
                onChange={(role) => onChange({ ...plan, roles: { ...plan.roles, [name]: role } })}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The figures of a column as it is read now; null while those are of another type. */
function statisticsOf(dataset: Dataset, name: string, type: string): Record<string, unknown> | null {
  const feature = dataset.features[name];
  return feature?.type === type ? feature.statistics : null;
}

function Values({ dataset, name, type }: { dataset: Dataset; name: string; type: string }) {
  const statistics = statisticsOf(dataset, name, type);
  if (!statistics) return text("app.loading");
  const missing = Number(statistics["missing"] ?? 0);
  const warned = dataset.warnings.some((warning) => warning.feature === name);
  return (
    <>
      {warned && <Icon name="warning" size={12} />}
      {valuesText(statistics, figure)}
      {missing > 0 && <em>{text("dataset.missing", { count: missing })}</em>}
    </>
  );
}

const WIDTH = 96;
const HEIGHT = 22;

const Bars = memo(function Bars({ name, statistics }: { name: string; statistics: Record<string, unknown> }) {
  const heights = barsOf(statistics);
  if (!heights.length) return null;
  const step = WIDTH / heights.length;
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={text("dataset.distribution", { name })}
    >
      {heights.map((height, index) => (
        <rect
          // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place.
          key={index}
          x={index * step}
          y={HEIGHT - Math.max(height * HEIGHT, 1)}
          width={Math.max(step - 1, 1)}
          height={Math.max(height * HEIGHT, 1)}
        />
      ))}
    </svg>
  );
});

interface RoleChoiceProps {
  name: string;
  value: Role;
  onChange: (role: Role) => void;
}

/** Three radio buttons that look like one control. */
function RoleChoice({ name, value, onChange }: RoleChoiceProps) {
  const group = useId();
  return (
    <fieldset className={styles["choice"]}>
      <legend className="hidden-visually">{text("dataset.role.of", { name })}</legend>
      {ROLES.map((role) => (
        <label key={role} data-role={role} data-checked={role === value}>
          <input type="radio" name={group} checked={role === value} onChange={() => onChange(role)} />
          {text(`dataset.role.${role}`)}
        </label>
      ))}
    </fieldset>
  );
}
