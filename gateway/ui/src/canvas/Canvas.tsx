// The canvas: the document drawn by React Flow, and every gesture on it as an edit of the document.

import { Background, BackgroundVariant, ReactFlow, ReactFlowProvider, useStoreApi } from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { type MouseEvent, type RefObject, useEffect, useRef, useState } from "react";
import { later } from "@/app/later";
import { isHandheld } from "@/app/narrow";
import { useDocument, useWorkspace } from "@/app/workspace";
import { EmptyState } from "@/design/Panel";
import { move } from "@/document/edits";
import type { ModelDocument } from "@/document/model";
import { text } from "@/text/text";
import { ComponentNode } from "./ComponentNode";
import { ContextMenu } from "./ContextMenu";
import styles from "./canvas.module.css";
import { MANY } from "./far/awake";
import { GroupNode } from "./GroupNode";
import { Minimap } from "./Minimap";
import { NoteNode } from "./NoteNode";
import type { CanvasEdge, CanvasNode } from "./nodes";
import { QuickAdd } from "./QuickAdd";
import { resetCanvas, useCanvas } from "./state";
import { Tools } from "./Tools";
import { needsLayout, placesOf } from "./tidy";
import { useClipboard } from "./useClipboard";
import { useConnectKeys } from "./useConnectKeys";
import { aspectOf, useControls } from "./useControls";
import { useDrawn } from "./useDrawn";
import { useGestures } from "./useGestures";
import { Wire } from "./Wire";

const Far = later(() => import("./far/Far"), null);
const EnlargedPreview = later(() => import("./EnlargedPreview"), null);

const NODE_TYPES = { component: ComponentNode, note: NoteNode, group: GroupNode };
const EDGE_TYPES = { wire: Wire };
const LOOK = {
  fitViewOptions: { padding: 0.12, maxZoom: 1.1, includeHiddenNodes: true },
  // A thousand components fit into a window.
  zoom: { min: 0.05, max: 3 },
};

export function Canvas() {
  const frame = useRef<HTMLDivElement>(null);
  const placed = usePlaced(frame);
  return (
    <div ref={frame} className={styles["frame"]}>
      {placed && (
        <ReactFlowProvider>
          <Flow />
        </ReactFlowProvider>
      )}
    </div>
  );
}

/** Whether every component has a place; a document without gets them first, rather than lie on one heap meanwhile. */
function usePlaced(frame: RefObject<HTMLElement | null>): boolean {
  const { store, types } = useWorkspace();
  const [placed, setPlaced] = useState(() => !needsLayout(store.document));
  useEffect(() => {
    if (placed) return;
    placesOf(store.document, types, undefined, aspectOf(frame.current))
      .then((places) => store.follow(move(places)))
      .finally(() => setPlaced(true));
  }, [placed, store, types, frame]);
  return placed;
}

const whole = (document: ModelDocument) => document;

function Flow() {
  const workspace = useWorkspace();
  const { view, store } = workspace;
  const document = useDocument(whole);
  const selection = view((state) => state.selection);
  const minimap = view((state) => state.minimap);
  const enlarged = useCanvas((state) => state.enlarged);
  const gestures = useGestures(workspace);
  const frame = useRef<HTMLDivElement>(null);
  const { nodes, edges, all, far } = useDrawn(workspace, document, gestures.moving);
  // Of an empty canvas the first component would be made to fill it.
  const [handheld] = useState(isHandheld);
  const [fitsFirst] = useState(nodes.length > 0);
  useControls(workspace, frame);
  useClipboard(workspace);
  useConnectKeys(workspace);
  useEffect(() => {
    // A large graph is seen from far away first.
    if (Object.keys(store.document.components).length > MANY) Far.load().catch(() => undefined);
    return resetCanvas;
  }, [store]);
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
        onFocus={({ target }) => gestures.onFocus(target)}
        onDragOver={gestures.onDragOver}
        onDrop={gestures.onDrop}
      >
        <ReactFlow<CanvasNode, CanvasEdge>
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
          {far ? (
            <Far nodes={nodes} edges={all} frame={frame} />
          ) : (
            <Background variant={BackgroundVariant.Dots} gap={20} size={1.4} color="var(--grid)" />
          )}
          <Box selection={selection} />
          {minimap && !empty && <Minimap nodes={nodes} />}
        </ReactFlow>
        <Tools />
        {empty && (
          <div className={styles["empty"]}>
            <EmptyState icon="layers" title={text("canvas.empty")} hint={text("canvas.empty.hint")} />
          </div>
        )}
        <QuickAdd />
        {enlarged && <EnlargedPreview id={enlarged} />}
        <Announcer />
      </section>
    </ContextMenu>
  );
}

function onPane(event: MouseEvent): boolean {
  return event.target instanceof Element && event.target.classList.contains("react-flow__pane");
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
