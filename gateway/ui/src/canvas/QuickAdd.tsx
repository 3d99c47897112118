// Where quick add opens; its window is loaded when it is first asked for.

import { lazy, Suspense } from "react";
import { useCanvas } from "./state";

const QuickAddWindow = lazy(() => import("./QuickAddWindow"));

export function QuickAdd() {
  const state = useCanvas(({ quickAdd }) => quickAdd);
  return (
    state && (
      <Suspense>
        <QuickAddWindow key={`${state.at.x} ${state.at.y}`} state={state} />
      </Suspense>
    )
  );
}
