// Parts of the page that are loaded when they are first shown.

import { type ComponentType, type ReactNode, useEffect, useState } from "react";
import { Loading } from "./Loading";

/** A part that is loaded when it is first shown, or before by `load`.
 *
 * React's `lazy` would do, but keeps what stands in for a part for 300 ms, even if the part is there after 5.
 */
export function later<Props extends object>(
  ask: () => Promise<{ default: ComponentType<Props> }>,
  meanwhile: ReactNode = <Loading />,
) {
  let known: ComponentType<Props> | null = null;
  const load = async () => {
    known = (await ask()).default;
    return known;
  };
  function Later(props: Props) {
    const [Part, setPart] = useState<ComponentType<Props> | null>(() => known);
    const [failure, setFailure] = useState<{ error: unknown } | null>(null);
    useEffect(() => {
      if (!Part)
        load().then(
          (found) => setPart(() => found),
          (error: unknown) => setFailure({ error }),
        );
    }, [Part]);
    if (failure) throw failure.error;
    return Part ? <Part {...props} /> : meanwhile;
  }
  return Object.assign(Later, { load });
}
