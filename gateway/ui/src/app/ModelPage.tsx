// An open model: palette, canvas, inspector, and a drawer below for problems, code and training.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { messageOf, Problem } from "@/api/problem";
import { queries } from "@/api/queries";
import { Canvas } from "@/canvas/Canvas";
import { canvasCommands } from "@/canvas/commands";
import { Palette } from "@/canvas/Palette";
import { editCommands } from "@/commands/editing";
import { setOpenModel } from "@/commands/general";
import { keysOf, register, run } from "@/commands/registry";
import { Button, IconButton } from "@/design/Button";
import { EmptyState } from "@/design/Panel";
import { notify } from "@/design/toasts";
import { Inspector } from "@/inspector/Inspector";
import { text } from "@/text/text";
import { TrainButton } from "@/train/TrainButton";
import { AppBar } from "./AppBar";
import styles from "./app.module.css";
import { Failed } from "./Failed";
import { Loading } from "./Loading";
import { later } from "./later";
import { NotFound } from "./NotFound";
import { closeSides } from "./narrow";
import { StatusBar } from "./StatusBar";
import { Steps } from "./Steps";
import { useSizes } from "./sizes";
import { openWorkspace, useWorkspace, type Workspace, WorkspaceContext } from "./workspace";

const Drawer = later(() => import("./Drawer"));

export default function ModelPage({ model }: { model: string }) {
  const { workspace, error, retry } = useOpened(model);
  if (error instanceof Problem && error.status === 404) return <NotFound detail={error.message} />;
  if (error)
    return (
      <div className={styles["page"]}>
        <AppBar />
        <main className={styles["center"]}>
          <EmptyState alone icon="offline" title={messageOf(error)}>
            <Button onClick={retry}>{text("app.retry")}</Button>
          </EmptyState>
        </main>
      </div>
    );
  if (!workspace) return <Loading />;
  return (
    <WorkspaceContext value={workspace}>
      <Editor />
    </WorkspaceContext>
  );
}

/** Open the model when the page shows it, and close it when it shows another. */
function useOpened(model: string) {
  const client = useQueryClient();
  const [workspace, setWorkspace] = useState<Workspace | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a further attempt opens it again.
  useEffect(() => {
    let opened: Workspace | null = null;
    let gone = false;
    setFailure(null);
    const created = client.fetchQuery(queries.model(model)).then((found) => found.created);
    openWorkspace(model, client.fetchQuery(queries.componentTypes()), created).then((found) => {
      if (gone) return found.close();
      opened = found;
      setWorkspace(found);
      setOpenModel(found);
    }, setFailure);
    return () => {
      gone = true;
      opened?.close();
      setWorkspace(null);
      setOpenModel(null);
    };
  }, [model, client, attempt]);
  const retry = () => setAttempt((count) => count + 1);
  return { workspace, error: failure, retry };
}

function Editor() {
  const { view } = useWorkspace();
  const palette = view((state) => state.palette);
  const inspector = view((state) => state.inspector);
  const drawer = view((state) => state.drawer);
  useEffect(() => register([...editCommands, ...canvasCommands]), []);
  useEffect(refuseFiles, []);
  return (
    <Frame palette={palette} inspector={inspector}>
      <ModelBar />
      {palette && (
        <Failed>
          <Palette />
        </Failed>
      )}
      <main className={styles["stage"]}>
        <div className={styles["canvas"]} onPointerDownCapture={() => closeSides(view)}>
          <Failed>
            <Canvas />
          </Failed>
        </div>
        {drawer && (
          <Failed>
            <Drawer name={drawer} />
          </Failed>
        )}
      </main>
      {inspector && (
        <Failed>
          <Inspector />
        </Failed>
      )}
      <StatusBar />
    </Frame>
  );
}

/** A file that is dropped where nothing takes it would be opened by the browser, in place of the model. */
function refuseFiles(): () => void {
  const stop = new AbortController();
  const refuse = (event: DragEvent) => {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (event.type === "drop") notify(text("canvas.noFiles"));
  };
  window.addEventListener("dragover", refuse, stop);
  window.addEventListener("drop", refuse, stop);
  return () => stop.abort();
}

interface FrameProps {
  palette: boolean;
  inspector: boolean;
  children: ReactNode;
}

/** The grid of the editor. Alone in following the sizes: while an edge is dragged nothing in it is drawn again. */
function Frame({ palette, inspector, children }: FrameProps) {
  const sizes = useSizes((state) => state.sizes);
  const style = Object.fromEntries(
    Object.entries(sizes).map(([name, size]) => [`--size-${name}`, `${size}px`]),
  );
  return (
    <div className={styles["editor"]} data-palette={palette} data-inspector={inspector} style={style}>
      {children}
    </div>
  );
}

function ModelBar() {
  const { model, view } = useWorkspace();
  const { data } = useQuery(queries.model(model));
  const drawer = view((state) => state.drawer);
  useEffect(() => {
    document.title = data ? `${data.name} · ${text("app.name")}` : text("app.name");
  }, [data]);
  const palette = view((state) => state.palette);
  const inspector = view((state) => state.inspector);
  const toggle = (name: string) => view.setState({ drawer: drawer === name ? null : name });
  return (
    <AppBar title={<h1>{data?.name ?? model}</h1>}>
      <Steps />
      <span className={styles["divider"]} />
      <Button
        look="quiet"
        icon="code"
        aria-label={text("code.title")}
        data-active={drawer === "code"}
        onClick={() => toggle("code")}
      >
        <span>{text("code.title")}</span>
      </Button>
      <TrainButton />
      <span className={styles["divider"]} />
      <IconButton
        icon="palette"
        label={text("palette.title")}
        keys={keysOf("toggle.palette")}
        aria-pressed={palette}
        onClick={() => run("toggle.palette")}
      />
      <IconButton
        icon="panel"
        label={text("inspector.title")}
        keys={keysOf("toggle.inspector")}
        aria-pressed={inspector}
        onClick={() => run("toggle.inspector")}
      />
    </AppBar>
  );
}
