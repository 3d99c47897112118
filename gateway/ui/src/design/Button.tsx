// Buttons: with a text, or with an icon and a name.

import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import styles from "./controls.module.css";
import { Icon, type IconName } from "./icons";
import { Tooltip } from "./Tooltip";

type Look = "plain" | "primary" | "quiet" | "danger";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: Look;
  icon?: IconName;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ look = "plain", icon, className, children, ...rest }: ButtonProps) {
  const classes = [styles["button"], look === "plain" ? "" : styles[look], className]
    .filter(Boolean)
    .join(" ");
  return (
    <button type="button" className={classes} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonProps, "children"> {
  icon: IconName;
  /** What it does: the name for screen readers, and the tooltip. */
  label: string;
  /** A reason why it cannot be used now; it stays there, and says so. */
  disabledReason?: string | undefined;
  keys?: string | undefined;
  active?: boolean;
  side?: "top" | "bottom" | "left" | "right";
}

export function IconButton(props: IconButtonProps) {
  const {
    icon,
    label,
    disabledReason,
    keys,
    active,
    look = "quiet",
    side = "bottom",
    onClick,
    ...rest
  } = props;
  const tip: ReactNode = disabledReason ? `${label}: ${disabledReason}` : label;
  return (
    <Tooltip text={tip} keys={keys} side={side}>
      <button
        type="button"
        aria-label={label}
        aria-disabled={disabledReason !== undefined || undefined}
        aria-pressed={active}
        data-active={active}
        className={[styles["button"], styles[look], styles["icon"]].join(" ")}
        onClick={disabledReason === undefined ? onClick : undefined}
        {...rest}
      >
        <Icon name={icon} />
      </button>
    </Tooltip>
  );
}
