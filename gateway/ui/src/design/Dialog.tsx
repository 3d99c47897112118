import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { text } from "@/text/text";
import { IconButton } from "./Button";
import styles from "./controls.module.css";
import { useFocusBack } from "./focus";

interface DialogProps {
  title: string;
  open: boolean;
  onClose: () => void;
  /** Width in pixels. */
  width?: number;
  children: ReactNode;
  /** Controls beside the title. */
  tools?: ReactNode;
}

/** A window over the page: Escape and a click beside it close it, and the focus goes back where it was. */
export function Dialog({ title, open, onClose, width = 640, children, tools }: DialogProps) {
  // The first control would get the focus, and show its tooltip.
  const focusBack = useFocusBack((event) => {
    event.preventDefault();
    (event.currentTarget as HTMLElement | null)?.focus();
  });
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={styles["overlay"]} />
        <Radix.Content
          className={styles["dialog"]}
          style={{ width }}
          aria-describedby={undefined}
          {...focusBack}
        >
          <header className={styles["dialogHeader"]}>
            <Radix.Title asChild>
              <h2>{title}</h2>
            </Radix.Title>
            <div className={styles["actions"]} style={{ margin: 0 }}>
              {tools}
              <Radix.Close asChild>
                <IconButton icon="close" label={text("app.close")} keys="Esc" />
              </Radix.Close>
            </div>
          </header>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
          <section aria-label={title} tabIndex={0} className={styles["dialogBody"]}>
            {children}
          </section>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
