// A component on the canvas: what it is, how it is set, what it does to the sample, and how it is.

import { Handle, type NodeProps, Position as Side } from "@xyflow/react";
import { type MouseEvent, memo } from "react";
import { useLive } from "@/app/workspace";
import { categoryColor, categoryIcon, Icon, type IconName } from "@/design/icons";
import type { Live, LiveState } from "@/live/store";
import { shapeText, shortNumber, type TextKey, text } from "@/text/text";
import styles from "./canvas.module.css";
import type { ComponentNodeType } from "./nodes";
import { Picture } from "./Picture";
import { baseOf } from "./ports";
import { hasRows, portTop, type Shape } from "./sizes";
import { aimOf, useCanvas } from "./state";
import { summaryOf } from "./summary";
import { useAddress } from "./useAddress";

const PREVIEW_WIDTH = 160;
const PREVIEW_HEIGHT = 64;

export const ComponentNode = memo(function ComponentNode({
  id,
  data,
  selected,
}: NodeProps<ComponentNodeType>) {
  const live = useLive(id);
  const { component, type } = data;
  const category = type?.category ?? "other";
  const collapsed = component.collapsed ?? false;
  const aimed = useCanvas((state) => aimOf(state)?.startsWith(`${id}.`) ?? false);
  const errors = live.diagnostics.some((item) => item.severity === "error") || live.state === "error";
  return (
    <article
      className={styles["node"]}
      data-selected={selected}
      data-error={errors}
      data-aim={aimed || undefined}
      data-bypassed={component.bypassed ?? false}
      data-state={live.state}
      style={{ "--category": categoryColor(category) } as React.CSSProperties}
    >
      <header className={styles["head"]}>
        <Icon name={categoryIcon(category)} />
        <span className={styles["name"]} title={id}>
          {id}
        </span>
        {component.code && (
          <span className={styles["custom"]} title={text("node.custom")}>
            <Icon name="code" size={13} />
          </span>
        )}
        <Findings live={live} />
      </header>
      <Ports id={id} shape={{ ...data, collapsed }} />
      {!collapsed && (
        <div className={styles["body"]}>
          <p className={styles["summary"]}>
            <span>{type?.title ?? component.type}</span> {summaryOf(component, type)}
          </p>
          <Preview id={id} live={live} />
          <footer className={styles["foot"]}>
            <State state={component.bypassed ? "bypassed" : live.state} />
            {live.preview !== null && live.preview.parameter_count > 0 && (
              <span className="figures">
                {text("canvas.params", { count: shortNumber(live.preview.parameter_count) })}
              </span>
            )}
          </footer>
        </div>
      )}
    </article>
  );
});

function Preview({ id, live }: { id: string; live: Live }) {
  const picture = live.preview?.visualization;
  const image = useAddress(picture);
  const enlarge = (event: MouseEvent) => {
    event.stopPropagation();
    useCanvas.setState({ enlarged: id });
  };
  const failed = live.state === "error" ? live.preview?.error?.message : undefined;
  const hint = live.state === "blocked" ? text("node.blocked.hint") : (failed ?? text("node.noPreview"));
  if (!picture || failed)
    return (
      <div className={styles["preview"]} data-empty title={failed}>
        <span>{hint}</span>
      </div>
    );
  return (
    <button type="button" tabIndex={-1} className={styles["preview"]} onClick={enlarge}>
      <span className="hidden-visually">{text("node.enlarge", { id })}</span>
      <Picture
        picture={picture}
        image={image}
        width={PREVIEW_WIDTH}
        height={PREVIEW_HEIGHT}
        label={`${id}: ${picture.kind} ${shapeText(live.preview?.shape)}`}
      />
    </button>
  );
}

function State({ state }: { state: LiveState | "bypassed" }) {
  return (
    <span className={styles["state"]} data-state={state}>
      <i />
      {text(`node.${state}` as TextKey)}
    </span>
  );
}

const LOOKS: Record<string, { icon: IconName; tone: string; key: TextKey }> = {
  error: { icon: "error", tone: "err", key: "node.errors" },
  warning: { icon: "warning", tone: "warn", key: "node.warnings" },
  tip: { icon: "tip", tone: "tip", key: "node.tips" },
};

/** The worst kind of finding, how many there are of it, and what they say. */
function Findings({ live }: { live: Live }) {
  for (const [severity, { icon, tone, key }] of Object.entries(LOOKS)) {
    const found = live.diagnostics.filter((item) => item.severity === severity);
    if (!found.length) continue;
    const label = text(key, { count: found.length });
    return (
      <span
        className={styles["finding"]}
        data-tone={tone}
        role="img"
        aria-label={label}
        title={found.map((item) => item.message).join("\n")}
      >
        <Icon name={icon} size={13} />
        {found.length > 1 && found.length}
      </span>
    );
  }
  return null;
}

function Ports({ id, shape }: { id: string; shape: Shape }) {
  const named = hasRows(shape);
  return (
    <>
      {named && (
        <div
          className={styles["ports"]}
          style={{ height: Math.max(shape.inputs.length, shape.outputs.length) * 20 + 4 }}
        />
      )}
      {shape.inputs.map((port, index) => (
        <Port
          key={`in ${port.name}`}
          id={id}
          name={port.name}
          side="target"
          top={portTop(shape, index)}
          named={named}
          spare={port.spare ?? false}
        />
      ))}
      {shape.outputs.map((port, index) => (
        <Port
          key={`out ${port.name}`}
          id={id}
          name={port.name}
          side="source"
          top={portTop(shape, index)}
          named={named}
        />
      ))}
    </>
  );
}

interface PortProps {
  id: string;
  name: string;
  side: "source" | "target";
  top: number;
  named: boolean;
  spare?: boolean;
}

function Port({ id, name, side, top, named, spare = false }: PortProps) {
  const end = `${id}.${name}`;
  const state = useCanvas(({ legal }) =>
    legal === null ? "calm" : legal.has(`${side} ${end}`) ? "legal" : "illegal",
  );
  const aimed = useCanvas((state) => side === "target" && aimOf(state) === end);
  const label = text(side === "source" ? "canvas.output" : "canvas.input", { port: name, id });
  return (
    <>
      <Handle
        id={name}
        type={side}
        position={side === "source" ? Side.Right : Side.Left}
        className={styles["port"] ?? ""}
        data-state={state}
        data-spare={spare}
        data-aim={aimed || undefined}
        style={{ top }}
        role="img"
        aria-label={label}
        title={name}
      />
      {named && (
        <span className={styles["portName"]} data-side={side} data-spare={spare} style={{ top: top - 8 }}>
          {spare ? `+ ${baseOf(name)}` : name}
        </span>
      )}
    </>
  );
}
