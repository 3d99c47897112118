import { useStore, useStoreApi } from "@xyflow/react";
import { useEffect, useRef } from "react";
import { useWorkspace } from "@/app/workspace";
import { componentsIn, type Scene } from "./scene";

/** Selects by a box what is no element of the page: React Flow finds only those. */
export function FarSelection({ scene }: { scene: Scene }) {
  const { view } = useWorkspace();
  const api = useStoreApi();
  const box = useStore((state) => (state.userSelectionActive ? state.userSelectionRect : null));
  const drawn = useRef(false);
  useEffect(() => {
    if (!box) {
      if (drawn.current) api.setState({ nodesSelectionActive: view.getState().selection.size > 1 });
      drawn.current = false;
      return;
    }
    drawn.current = true;
    const [x, y, zoom] = api.getState().transform;
    const found = componentsIn(scene, {
      x: (box.x - x) / zoom,
      y: (box.y - y) / zoom,
      width: box.width / zoom,
      height: box.height / zoom,
    });
    const before = view.getState().selection;
    if (found.length !== before.size || found.some((id) => !before.has(id)))
      view.setState({ selection: new Set(found) });
  }, [api, view, scene, box]);
  return null;
}
