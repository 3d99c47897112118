import { Select as Radix } from "radix-ui";
import styles from "./controls.module.css";
import { Icon } from "./icons";

export interface Option {
  value: string;
  label: string;
}

interface SelectProps {
  label: string;
  value: string;
  options: readonly Option[];
  onChange: (value: string) => void;
  id?: string;
  disabled?: boolean;
}

export function Select({ label, value, options, onChange, id, disabled = false }: SelectProps) {
  return (
    <Radix.Root value={value} onValueChange={onChange} disabled={disabled}>
      <Radix.Trigger id={id} aria-label={label} className={`${styles["field"]} ${styles["select"]}`}>
        <Radix.Value />
        <Icon name="arrowDown" size={12} />
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className={styles["menu"]} position="popper" sideOffset={4} collisionPadding={8}>
          <Radix.Viewport>
            {options.map((option) => (
              <Radix.Item key={option.value} value={option.value} className={styles["item"]}>
                <Radix.ItemText>{option.label}</Radix.ItemText>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
