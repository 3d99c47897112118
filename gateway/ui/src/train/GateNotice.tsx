// Why a run was not started, and what to do about it.

import { useWorkspace } from "@/app/workspace";
import { Button, IconButton } from "@/design/Button";
import { Icon } from "@/design/icons";
import { text } from "@/text/text";
import styles from "./train.module.css";
import { type Gate, start, useTraining } from "./training";

const MOST = 3;

export function GateNotice({ gate }: { gate: Gate }) {
  const workspace = useWorkspace();
  const findings = gate.kind === "refused" ? [] : gate.findings;
  const warned = gate.kind === "warnings";
  return (
    <section className={styles["gate"]} data-tone={warned ? "warn" : "err"} role="alert">
      <Icon name={warned ? "warning" : "error"} />
      <div>
        <strong>
          {gate.kind === "refused"
            ? gate.message
            : text(warned ? "gate.warnings" : "gate.errors", { count: findings.length })}
        </strong>
        {warned && <span> {text("gate.warnings.hint")}</span>}
        <ul>
          {findings.slice(0, MOST).map((item) => (
            <li key={`${item.code} ${item.component} ${item.message}`}>
              {item.component && <code>{item.component}</code>} {item.message}
            </li>
          ))}
        </ul>
      </div>
      <div className={styles["actions"]}>
        {findings.length > 0 && (
          <Button onClick={() => workspace.view.setState({ drawer: "problems" })}>
            {text("gate.problems")}
          </Button>
        )}
        {warned && (
          <Button look="primary" onClick={() => void start(workspace, true)}>
            {text("gate.anyway")}
          </Button>
        )}
        <IconButton
          icon="close"
          label={text("app.close")}
          onClick={() => useTraining.setState({ gate: null })}
        />
      </div>
    </section>
  );
}
