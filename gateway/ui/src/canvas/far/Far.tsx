// The graph from far away: one picture, and what makes it answer like the components from near.

import { useStore } from "@xyflow/react";
import { type RefObject, useLayoutEffect, useMemo } from "react";
import type { CanvasEdge, CanvasNode } from "../nodes";
import { FarSelection } from "./FarSelection";
import { FarView } from "./FarView";
import { sceneOf } from "./scene";
import { usePointed } from "./usePointed";

interface FarProps {
  nodes: readonly CanvasNode[];
  edges: readonly CanvasEdge[];
  frame: RefObject<HTMLElement | null>;
}

export default function Far({ nodes, edges, frame }: FarProps) {
  const scene = useMemo(() => sceneOf(nodes, edges), [nodes, edges]);
  const zoom = useStore((state) => state.transform[2]);
  usePointed(frame, scene);
  useLayoutEffect(() => {
    const element = frame.current;
    if (element) element.dataset["far"] = "true";
    return () => {
      if (element) delete element.dataset["far"];
    };
  }, [frame]);
  // What is a pixel wide from near is one from far.
  useLayoutEffect(() => frame.current?.style.setProperty("--far-scale", String(1 / zoom)), [frame, zoom]);
  return (
    <>
      <FarView scene={scene} />
      <FarSelection scene={scene} />
    </>
  );
}
