import { useCommandState } from "cmdk";
import type { ReactNode } from "react";

/** What a list says in which nothing matches: an option that cannot be chosen, for a list must have one. */
export function NoOption({ className, children }: { className: string | undefined; children: ReactNode }) {
  const none = useCommandState((state) => state.filtered.count === 0);
  return none ? (
    // biome-ignore lint/a11y/useFocusableInteractive: the field above keeps the focus, as for all options.
    <div role="option" aria-disabled="true" aria-selected="false" className={className}>
      {children}
    </div>
  ) : null;
}
