// The line at the bottom: is it saved, is it live, what is there.

import { useQuery } from "@tanstack/react-query";
import { queries } from "@/api/queries";
import { Icon, type IconName } from "@/design/icons";
import { shortNumber, type TextKey, text } from "@/text/text";
import styles from "./app.module.css";
import { useTotals } from "./totals";
import { useBusy, useConnectionState, useDiagnostics, useLiveError, useWorkspace } from "./workspace";

const SAVE_ICONS: Record<string, IconName> = { offline: "offline", refused: "error" };

export function StatusBar() {
  return (
    <footer className={styles["statusBar"]}>
      <SaveState />
      <LiveState />
      <Services />
      <span className={styles["spacer"]} />
      <Totals />
      <Problems />
    </footer>
  );
}

function SaveState() {
  const { view } = useWorkspace();
  const [save, detail] = [view((state) => state.save), view((state) => state.saveDetail)];
  const bad = save === "offline" || save === "refused";
  return (
    <span role="status" data-tone={bad ? "err" : undefined} data-save={save}>
      <Icon name={SAVE_ICONS[save] ?? "saved"} size={14} />
      {text(`state.${save}` as TextKey, { detail })}
    </span>
  );
}

function LiveState() {
  const connection = useConnectionState();
  const busy = useBusy();
  const failure = useLiveError();
  const { data } = useQuery(queries.health());
  // An executor that is still starting is no trouble: the previews come once it serves.
  const starting = data?.status === "starting";
  const trouble = starting ? null : failure;
  const shown = connection === "live" && (busy || (starting && failure)) ? "computing" : connection;
  return (
    <span
      data-tone={connection === "live" && !trouble ? undefined : "err"}
      data-live={shown}
      title={trouble ?? undefined}
    >
      <i className={styles["dot"]} data-state={shown} />
      {trouble ?? text(`live.${shown}` as TextKey)}
    </span>
  );
}

function Services() {
  const { data } = useQuery(queries.health());
  const down = Object.entries(data?.services ?? {}).filter(([, state]) => state !== "serving");
  if (!down.length) return null;
  const starting = data?.status === "starting";
  const key = !starting && down.some(([, state]) => state === "down") ? "service.down" : "service.starting";
  return (
    <span data-tone={starting ? undefined : "err"} role="status">
      <Icon name={starting ? "info" : "warning"} size={14} />
      {text(key, { services: down.map(([name]) => name).join(", ") })}
    </span>
  );
}

function Totals() {
  const { components, parameters } = useTotals();
  return (
    <span className="figures" data-totals>
      {text("canvas.count", { count: components })} ·{" "}
      {text("canvas.parameters", { count: parameters }).replace(/^[\d,]+/, shortNumber(parameters))}
    </span>
  );
}

function Problems() {
  const { view } = useWorkspace();
  const found = useDiagnostics();
  const count = (severity: string) => found.filter((item) => item.severity === severity).length;
  const [errors, warnings, tips] = [count("error"), count("warning"), count("tip")];
  const open = () => view.setState(({ drawer }) => ({ drawer: drawer === "problems" ? null : "problems" }));
  return (
    <button type="button" className={styles["statusButton"]} onClick={open} data-problems={found.length}>
      {errors > 0 && <Count icon="error" tone="err" label={text("node.errors", { count: errors })} />}
      {warnings > 0 && (
        <Count icon="warning" tone="warn" label={text("node.warnings", { count: warnings })} />
      )}
      {tips > 0 && <Count icon="tip" label={text("node.tips", { count: tips })} />}
      {!found.length && <Count icon="check" tone="ok" label={text("problems.none")} />}
    </button>
  );
}

function Count({ icon, tone, label }: { icon: IconName; tone?: string; label: string }) {
  return (
    <span data-tone={tone}>
      <Icon name={icon} size={14} />
      {label}
    </span>
  );
}
