import type { InputHTMLAttributes, Ref, TextareaHTMLAttributes } from "react";
import styles from "./controls.module.css";
import { Icon } from "./icons";

type FieldProps = InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> };

export function TextField({ className = "", ...rest }: FieldProps) {
  return <input type="text" spellCheck={false} className={`${styles["field"]} ${className}`} {...rest} />;
}

export function TextArea({ className = "", ...rest }: TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return <textarea className={`${styles["field"]} ${className}`} {...rest} />;
}

export function SearchField({ label, ...rest }: FieldProps & { label: string }) {
  return (
    <div className={styles["search"]}>
      <Icon name="search" />
      <TextField type="search" aria-label={label} placeholder={label} {...rest} />
    </div>
  );
}
