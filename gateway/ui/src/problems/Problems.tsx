// Everything that was found about the model, the worst first; a click goes to the place, Fix shows what it would change.

import { useEffect, useMemo, useState } from "react";
import { messageOf } from "@/api/problem";
import { showPlace, useDiagnostics, useWorkspace, type Workspace } from "@/app/workspace";
import { Button } from "@/design/Button";
import { Icon } from "@/design/icons";
import { EmptyState } from "@/design/Panel";
import { notify } from "@/design/toasts";
import type { Diagnostic } from "@/live/store";
import { text } from "@/text/text";
import { describe } from "./describe";
import { keep, takeBack, tryFix, useTrial } from "./fix";
import styles from "./problems.module.css";
import "@/problems/texts";

type Severity = Diagnostic["severity"];
const ORDER: readonly Severity[] = ["error", "warning", "tip"];

export default function Problems() {
  const found = useDiagnostics();
  const { model } = useWorkspace();
  const onTrial = useTrial(({ trial }) => trial?.model === model);
  const [hidden, setHidden] = useState<ReadonlySet<Severity>>(new Set());
  const sorted = useMemo(
    () => ORDER.flatMap((severity) => found.filter((item) => item.severity === severity)),
    [found],
  );
  const toggle = (severity: Severity) => {
    const next = new Set(hidden);
    if (!next.delete(severity)) next.add(severity);
    setHidden(next);
  };
  return (
    <div className={styles["problems"]}>
      {onTrial && <Trial />}
      <div className={styles["filters"]}>
        {ORDER.map((severity) => (
          <Button
            key={severity}
            look="quiet"
            icon={iconOf(severity)}
            aria-pressed={!hidden.has(severity)}
            data-active={!hidden.has(severity)}
            onClick={() => toggle(severity)}
          >
            {text(`problems.${severity}`, {
              count: found.filter((item) => item.severity === severity).length,
            })}
          </Button>
        ))}
      </div>
      {sorted.length ? (
        <ul className={styles["list"]}>
          {sorted
            .filter((item) => !hidden.has(item.severity))
            .map((item) => (
              <Row
                key={`${item.code} ${item.component} ${item.port} ${item.setting} ${item.message}`}
                item={item}
              />
            ))}
        </ul>
      ) : (
        !onTrial && (
          <EmptyState icon="check" title={text("problems.none")} hint={text("problems.none.hint")} />
        )
      )}
    </div>
  );
}

function Row({ item }: { item: Diagnostic }) {
  const workspace = useWorkspace();
  return (
    <li data-severity={item.severity}>
      <button
        type="button"
        className={styles["where"]}
        onClick={() => item.component && showPlace(workspace, item.component, item.line)}
      >
        <Icon name={iconOf(item.severity)} />
        <span className={styles["what"]}>
          <span className={styles["word"]}>{text(`problems.word.${item.severity}`)}</span>
          {item.component && <code>{item.component}</code>}
          {item.message}
        </span>
      </button>
      <a href={`/docs/diagnostics/${item.code}`} target="_blank" rel="noreferrer">
        {text("problems.why")}
      </a>
      {item.fix && (
        <Button
          aria-label={text("problems.fix.of", { message: item.message })}
          onClick={() => attempt(workspace, item)}
        >
          {text("problems.fix")}
        </Button>
      )}
    </li>
  );
}

/** The fix on trial: what it changed, and the choice. */
function Trial() {
  const workspace = useWorkspace();
  const trial = useTrial((state) => state.trial);
  // Whoever closes the panel, or leaves the page, has not said yes.
  useEffect(() => {
    const leave = () => takeBack(workspace);
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, [workspace]);
  if (!trial) return null;
  const lines = describe(trial.changes, (type) => workspace.types.get(type)?.title ?? type);
  return (
    <section className={styles["trial"]} aria-label={text("fix.title")}>
      <div>
        <strong>{text("fix.title")}</strong>
        <ul>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </div>
      <Button onClick={() => takeBack(workspace)}>{text("fix.takeBack")}</Button>
      <Button look="primary" autoFocus onClick={keep}>
        {text("fix.keep")}
      </Button>
    </section>
  );
}

function attempt(workspace: Workspace, item: Diagnostic): void {
  try {
    tryFix(workspace, item);
  } catch (error) {
    notify(messageOf(error), "err");
  }
}

function iconOf(severity: Severity) {
  return severity === "tip" ? "tip" : severity;
}
