import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";
import styles from "./controls.module.css";

export interface Tab {
  value: string;
  label: ReactNode;
  content: ReactNode;
}

interface TabsProps {
  label: string;
  tabs: readonly Tab[];
  value: string;
  onChange: (value: string) => void;
  className?: string | undefined;
}

export function Tabs({ label, tabs, value, onChange, className = "" }: TabsProps) {
  return (
    <Radix.Root value={value} onValueChange={onChange} className={`${styles["tabs"]} ${className}`}>
      <Radix.List aria-label={label} className={styles["tabList"]}>
        {tabs.map((tab) => (
          <Radix.Trigger key={tab.value} value={tab.value} className={styles["tab"]}>
            {tab.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.value} value={tab.value} className={styles["tabPanel"]}>
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
