// The canvas: the document drawn by React Flow, and every gesture on it as an edit of the document.

import {
  Background,
  BackgroundVariant,
  MiniMap,
  ReactFlow,
  ReactFlowProvider,
  useStore,
  useStoreApi,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { lazy, type MouseEvent, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { isHandheld } from "@/app/narrow";
import { useDocument, useWorkspace } from "@/app/workspace";
import { categoryColor } from "@/design/icons";
import { EmptyState } from "@/design/Panel";
import { move } from "@/document/edits";
import type { ModelDocument } from "@/document/model";
import { text } from "@/text/text";
import { ComponentNode } from "./ComponentNode";
import { ContextMenu } from "./ContextMenu";
import styles from "./canvas.module.css";
import { GroupNode } from "./GroupNode";
import { NoteNode } from "./NoteNode";
import { type CanvasNode, type ComponentNodeType, NodeMaker } from "./nodes";
import { QuickAdd } from "./QuickAdd";
import { resetCanvas, useCanvas } from "./state";
import { Tools } from "./Tools";
import { needsLayout, placesOf } from "./tidy";
import { useClipboard } from "./useClipboard";
import { useConnectKeys } from "./useConnectKeys";
import { useControls } from "./useControls";
import { useGestures } from "./useGestures";
import { Wire } from "./Wire";

const EnlargedPreview = lazy(() => import("./EnlargedPreview"));

const NODE_TYPES = { component: ComponentNode, note: NoteNode, group: GroupNode };
const EDGE_TYPES = { wire: Wire };
const LOOK = { fitViewOptions: { padding: 0.12, maxZoom: 1.1, minZoom: 0.1 }, zoom: { min: 0.08, max: 3 } };
/** Above so many components only those that are seen are drawn. */
const MANY = 80;
const WITHOUT_DETAIL = 0.4;

export function Canvas() {
  return (
    <ReactFlowProvider>
      <Flow />
    </ReactFlowProvider>
  );
}

const whole = (document: ModelDocument) => document;

function Flow() {
  const workspace = useWorkspace();
  const { view, store } = workspace;
  const document = useDocument(whole);
  const selection = view((state) => state.selection);
  const wires = view((state) => state.wires);
  const minimap = view((state) => state.minimap);
  const enlarged = useCanvas((state) => state.enlarged);
  const maker = useMemo(() => new NodeMaker(workspace.types), [workspace]);
  const gestures = useGestures(workspace);
  const nodes = useMemo(
    () => maker.nodes(document, selection, gestures.moving),
    [maker, document, selection, gestures.moving],
  );
  const edges = useMemo(() => maker.wires(document, wires), [maker, document, wires]);
  // Of an empty canvas the first component would be made to fill it.
  const [handheld] = useState(isHandheld);
  const [fitsFirst] = useState(nodes.length > 0);
  const frame = useRef<HTMLDivElement>(null);
  useControls(workspace, frame);
  useClipboard(workspace);
  useConnectKeys(workspace, frame);
  useEffect(() => {
    if (needsLayout(store.document))
      void placesOf(store.document, workspace.types, undefined, workspace.canvas?.aspect()).then((places) => {
        store.follow(move(places));
        workspace.canvas?.fit();
      });
    return resetCanvas;
  }, [store, workspace]);
  const empty = nodes.length === 0;
  return (
    <ContextMenu>
      <section
        ref={frame}
        className={styles["canvas"]}
        aria-label={text("canvas.label")}
        tabIndex={-1}
        data-canvas
        onDoubleClick={(event) => onPane(event) && gestures.quickAddAt(event.clientX, event.clientY)}
        onDragOver={gestures.onDragOver}
        onDrop={gestures.onDrop}
      >
        <ReactFlow<CanvasNode, ReturnType<NodeMaker["wires"]>[number]>
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          onNodesChange={gestures.onNodesChange}
          onEdgesChange={gestures.onEdgesChange}
          onNodeDragStart={gestures.onNodeDragStart}
          onNodeDrag={gestures.onNodeDrag}
          onNodeDragStop={gestures.onNodeDragStop}
          onSelectionDragStart={gestures.onNodeDragStart}
          onSelectionDragStop={gestures.onNodeDragStop}
          onNodeDoubleClick={gestures.onNodeDoubleClick}
          onPaneClick={gestures.onPaneClick}
          onConnect={gestures.onConnect}
          onConnectStart={gestures.onConnectStart}
          onConnectEnd={gestures.onConnectEnd}
          isValidConnection={gestures.isValidConnection}
          onReconnect={gestures.onReconnect}
          onReconnectEnd={gestures.onReconnectEnd}
          onlyRenderVisibleElements={nodes.length > MANY}
          minZoom={LOOK.zoom.min}
          maxZoom={LOOK.zoom.max}
          fitView={fitsFirst}
          fitViewOptions={LOOK.fitViewOptions}
          zoomOnDoubleClick={false}
          deleteKeyCode={null}
          multiSelectionKeyCode={["Shift", "Control", "Meta"]}
          selectionKeyCode="Shift"
          disableKeyboardA11y
          connectionRadius={28}
          nodeDragThreshold={1}
          nodesDraggable={!handheld}
          elevateNodesOnSelect
          ariaLabelConfig={{ "node.a11yDescription.default": "", "edge.a11yDescription.default": "" }}
          edgesFocusable={false}
        >
          <Background variant={BackgroundVariant.Dots} gap={20} size={1.4} color="var(--grid)" />
          <Detail frame={frame} />
          <Box selection={selection} />
          {minimap && !empty && (
            <MiniMap
              pannable
              zoomable
              ariaLabel={text("canvas.minimap")}
              nodeColor={colorOf}
              nodeStrokeWidth={0}
              nodeBorderRadius={12}
              maskColor="color-mix(in oklab, var(--bg) 72%, transparent)"
              bgColor="var(--panel)"
            />
          )}
        </ReactFlow>
        <Tools />
        {empty && (
          <div className={styles["empty"]}>
            <EmptyState icon="layers" title={text("canvas.empty")} hint={text("canvas.empty.hint")} />
          </div>
        )}
        <QuickAdd />
        {enlarged && (
          <Suspense fallback={null}>
            <EnlargedPreview id={enlarged} />
          </Suspense>
        )}
        <Announcer />
      </section>
    </ContextMenu>
  );
}

function onPane(event: MouseEvent): boolean {
  return event.target instanceof Element && event.target.classList.contains("react-flow__pane");
}

function colorOf(node: CanvasNode): string {
  if (node.type === "component")
    return categoryColor((node as ComponentNodeType).data.type?.category ?? "other");
  return "var(--line)";
}

/** Far away a component is a block with a name: what cannot be read is not drawn. */
function Detail({ frame }: { frame: React.RefObject<HTMLDivElement | null> }) {
  const far = useStore((state) => state.transform[2] < WITHOUT_DETAIL);
  useEffect(() => {
    if (frame.current) frame.current.dataset["far"] = String(far);
  }, [far, frame]);
  return null;
}

/** The frame of a box selection goes when something else is selected, as a group that was made of it. */
function Box({ selection }: { selection: ReadonlySet<string> }) {
  const api = useStoreApi();
  useEffect(() => {
    const { nodesSelectionActive, nodeLookup } = api.getState();
    const grouped = [...selection].some((id) => nodeLookup.get(id)?.type === "group");
    if (nodesSelectionActive && (selection.size < 2 || grouped))
      api.setState({ nodesSelectionActive: false });
  }, [api, selection]);
  return null;
}

function Announcer() {
  const said = useCanvas((state) => state.said);
  return (
    <div className="hidden-visually" role="status" aria-live="polite">
      {said}
    </div>
  );
}
