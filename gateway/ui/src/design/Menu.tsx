import { DropdownMenu as Radix } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import styles from "./controls.module.css";
import { Icon, type IconName } from "./icons";

export interface MenuItem {
  label: string;
  icon?: IconName;
  keys?: string | undefined;
  checked?: boolean;
  disabled?: boolean;
  onSelect: () => void;
}

interface MenuProps {
  /** The button that opens it. */
  trigger: ReactElement;
  /** A null is a line between two groups. */
  items: (MenuItem | null)[];
  align?: "start" | "end";
}

export function Menu({ trigger, items, align = "start" }: MenuProps) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className={styles["menu"]} align={align} sideOffset={4} collisionPadding={8}>
          {items.map((item, index) =>
            item ? <Entry key={item.label} item={item} /> : <Line key={`line-${items[index - 1]?.label}`} />,
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Entry({ item }: { item: MenuItem }): ReactNode {
  const content = <MenuLine label={item.label} icon={item.checked ? "check" : item.icon} keys={item.keys} />;
  if (item.checked === undefined)
    return (
      <Radix.Item className={styles["item"]} disabled={item.disabled ?? false} onSelect={item.onSelect}>
        {content}
      </Radix.Item>
    );
  return (
    <Radix.CheckboxItem className={styles["item"]} checked={item.checked} onSelect={item.onSelect}>
      {content}
    </Radix.CheckboxItem>
  );
}

function Line() {
  return <Radix.Separator className={styles["separator"]} />;
}

/** What stands in one line of a menu, also of one that is no dropdown. */
export function MenuLine(props: { label: string; icon?: IconName | undefined; keys?: string | undefined }) {
  return (
    <>
      {props.icon ? <Icon name={props.icon} /> : <span style={{ width: 16 }} />}
      <span className={styles["itemText"]}>{props.label}</span>
      {props.keys && <span className={styles["keys"]}>{props.keys}</span>}
    </>
  );
}
