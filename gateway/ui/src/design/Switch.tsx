import { Switch as Radix } from "radix-ui";
import styles from "./controls.module.css";

interface SwitchProps {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  id?: string;
}

export function Switch({ label, checked, onChange, id }: SwitchProps) {
  return (
    <Radix.Root
      id={id}
      aria-label={label}
      checked={checked}
      onCheckedChange={onChange}
      className={styles["switch"]}
    >
      <Radix.Thumb className={styles["thumb"]} />
    </Radix.Root>
  );
}
