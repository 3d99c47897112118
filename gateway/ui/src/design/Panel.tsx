import type { ReactNode } from "react";
import styles from "./controls.module.css";
import { Icon, type IconName } from "./icons";

interface PanelProps {
  title: ReactNode;
  label: string;
  tools?: ReactNode;
  children: ReactNode;
  className?: string | undefined;
}

/** A part of the window with a header. */
export function Panel({ title, label, tools, children, className = "" }: PanelProps) {
  return (
    <section aria-label={label} className={`${styles["panel"]} ${className}`}>
      <header className={styles["panelHeader"]}>
        <h2>{title}</h2>
        {tools}
      </header>
      {children}
    </section>
  );
}

interface EmptyStateProps {
  icon?: IconName;
  title: string;
  hint?: string;
  /** Whether its title is that of the page. */
  alone?: boolean;
  children?: ReactNode;
}

/** What stands where there is nothing yet: what it is, and what to do next. */
export function EmptyState({ icon, title, hint, alone = false, children }: EmptyStateProps) {
  const Title = alone ? "h1" : "strong";
  return (
    <div className={styles["empty"]}>
      {icon && <Icon name={icon} size={24} />}
      <Title>{title}</Title>
      {hint && <span>{hint}</span>}
      {children && <div className={styles["actions"]}>{children}</div>}
    </div>
  );
}

interface BadgeProps {
  tone: "err" | "warn" | "tip" | "plain" | "accent";
  icon?: IconName;
  children: ReactNode;
}

export function Badge({ tone, icon, children }: BadgeProps) {
  return (
    <span className={styles["badge"]} data-tone={tone}>
      {icon && <Icon name={icon} size={12} />}
      {children}
    </span>
  );
}
