// What stands where something is on its way.

import { useStarting } from "@/api/starting";
import { EmptyState } from "@/design/Panel";
import { text } from "@/text/text";
import styles from "./app.module.css";

export function Loading() {
  const services = useStarting((state) => state.services);
  return (
    <div className={styles["loading"]} role="status">
      {services.length ? <Starting services={services} /> : text("app.loading")}
    </div>
  );
}

/** Nothing is wrong: right after the start, services are still on their way. */
function Starting({ services }: { services: readonly string[] }) {
  const hint = text("app.starting.hint", { services: services.join(", ") });
  return <EmptyState title={text("app.starting")} hint={hint} />;
}
