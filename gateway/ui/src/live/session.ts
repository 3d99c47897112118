// The live session of one model: edits go out as patches, shapes, previews and findings come in.

import { socketAddress } from "@/api/client";
import { Socket } from "@/api/socket";
import { type Change, diff, type Operation, toPatch } from "@/document/changes";
import { groupBy } from "@/document/collections";
import { endOf, type ModelDocument, type Values } from "@/document/model";
import type { DocumentStore } from "@/document/store";
import type { ComponentVariable, Diagnostic, LiveStore, Preview, Spec } from "./store";

export interface Sample {
  split: "train" | "validation" | "test";
  index: number;
  count: number;
}

export interface VariableReference {
  component: string;
  name: string;
}

export interface Explanation {
  component: string | null;
  text: string;
}

/** Places that never change what is computed: nothing is sent for them alone. */
const LOOKS = new Set(["position", "collapsed"]);

export class LiveSession {
  private revision = 0;
  /** The document that the server has, as far as we told it. */
  private told: ModelDocument | null = null;
  private sampled: Sample = { split: "train", index: 0, count: 1 };
  private readonly socket: Socket;
  private readonly stop: () => void;
  /** Who asks for variables, and for which. */
  private readonly watchers = new Map<(variable: ComponentVariable) => void, VariableReference[]>();
  private readonly onlookers = new Set<() => void>();
  private readonly explanations = new Map<string, string>();

  constructor(
    model: string,
    private readonly store: DocumentStore,
    private readonly live: LiveStore,
  ) {
    this.stop = store.subscribe(() => this.sync());
    this.socket = new Socket(() => socketAddress(`/models/${encodeURIComponent(model)}/preview`), {
      onOpen: () => this.begin(),
      onMessage: (message) => this.take(message),
      onLost: () => live.setConnection("offline"),
      onEnd: () => live.setConnection("ended"),
    });
  }

  get sample(): Sample {
    return this.sampled;
  }

  /** Be told when other rows are shown. */
  onSample = (listener: () => void): (() => void) => {
    this.onlookers.add(listener);
    return () => this.onlookers.delete(listener);
  };

  /** Show other rows in all previews. */
  setSample(sample: Sample): void {
    this.sampled = sample;
    for (const listener of this.onlookers) listener();
    this.send({ sample });
    this.live.setComputing(Object.keys(this.store.document.components));
  }

  /** Ask for variables of components until told otherwise; `listener` gets each that comes. */
  watch(variables: VariableReference[], listener: (variable: ComponentVariable) => void): () => void {
    this.watchers.set(listener, variables);
    this.send({ variables: this.watched });
    return () => {
      this.watchers.delete(listener);
      this.send({ variables: this.watched });
    };
  }

  /** Why the settings of a component are what was suggested; undefined where nothing was said. */
  explanationOf(component: string): string | undefined {
    return this.explanations.get(component);
  }

  close(): void {
    this.stop();
    this.socket.close();
  }

  /** What all who watch ask for, each once. */
  private get watched(): VariableReference[] {
    const asked = [...this.watchers.values()].flat();
    return [...new Map(asked.map((item) => [`${item.component}.${item.name}`, item])).values()];
  }

  private begin(): void {
    this.live.setConnection("live");
    this.told = this.store.document;
    this.live.setComputing(Object.keys(this.told.components));
    this.send({ graph: this.told, sample: this.sampled, variables: this.watched });
  }

  private sync(): void {
    if (this.live.connection !== "live") return;
    if (this.told) this.tell(this.told, this.store.document);
    else this.begin();
  }

  /** Tell what has changed since the server was told last. */
  private tell(told: ModelDocument, document: ModelDocument): void {
    const changes = diff(told, document);
    if (!changes.some(counts)) return;
    const patch = toPatch(told, changes);
    this.live.keep(new Set(Object.keys(document.components)));
    this.live.setComputing(affected(document, changes));
    this.told = document;
    this.send({ patch });
  }

  private send(message: Record<string, unknown>): void {
    this.revision += 1;
    this.live.setBusy(true);
    this.socket.send({ revision: this.revision, ...message });
  }

  private take(message: Record<string, unknown>): void {
    const current = message["revision"] === this.revision;
    switch (message["kind"]) {
      case "shapes":
        this.live.setShapes(message["components"] as Record<string, Record<string, Spec>>);
        break;
      case "suggestions":
        this.follow(message["patch"] as Operation[], message["explanation"] as Explanation[]);
        break;
      case "preview":
        this.live.setPreviews(message["components"] as Record<string, Preview>);
        break;
      case "variable":
        for (const listener of [...this.watchers.keys()]) listener(message["variable"] as ComponentVariable);
        break;
      case "diagnostics":
        if (current) this.live.setDiagnostics(message["diagnostics"] as Diagnostic[]);
        break;
      case "done":
        if (current) this.finish();
        break;
      case "error":
        this.failed(message);
        break;
    }
  }

  private finish(): void {
    this.live.settle();
    this.live.setBusy(false);
    this.live.setError(null);
  }

  private failed(message: Record<string, unknown>): void {
    // A message that could not be read at all is refused without its number: the server has nothing of it.
    const unread = message["revision"] === 0;
    if (unread) this.told = null;
    else if (message["revision"] !== this.revision) return;
    this.live.settle();
    this.live.setBusy(false);
    this.live.setError(String(message["detail"] ?? ""));
    if (message["field"] === "patch") this.begin();
    else if (Number(message["status"]) >= 500) setTimeout(() => this.retry(this.revision), 1500);
  }

  /** Ask again after a service was away, unless a newer edit has asked meanwhile. */
  private retry(revision: number): void {
    if (revision === this.revision && this.live.connection === "live") this.begin();
  }

  /** Take what the server suggests into the document; it has it in its own copy already. */
  private follow(patch: Operation[], explanations: Explanation[]): void {
    const suggested = patch.flatMap((operation) => {
      const [, , id = ""] = operation.path.split("/");
      return operation.path.endsWith("/suggested") ? [[id, operation.value as Values] as const] : [];
    });
    for (const { component, text } of explanations ?? [])
      if (component) this.explanations.set(component, text);
    const change = (document: ModelDocument): ModelDocument => {
      const components = { ...document.components };
      for (const [id, values] of suggested) {
        const component = components[id];
        if (component) components[id] = { ...component, suggested: values };
      }
      return { ...document, components };
    };
    if (this.told) this.told = change(this.told);
    this.store.follow(change);
  }
}

function counts({ path }: Change): boolean {
  const [top = "", , field = ""] = path;
  return (
    top !== "notes" && top !== "groups" && !(top === "components" && path.length === 3 && LOOKS.has(field))
  );
}

/** The components that changes touch, and all that follow them. */
function affected(document: ModelDocument, changes: readonly Change[]): Set<string> {
  const found = new Set<string>();
  const next = groupBy(document.connections, (item) => endOf(item.from).component);
  const visit = (id: string): void => {
    if (found.has(id) || !document.components[id]) return;
    found.add(id);
    for (const { to } of next.get(id) ?? []) visit(endOf(to).component);
  };
  for (const { path } of changes.filter(counts)) {
    if (path[0] === "components") visit(path[1] ?? "");
    else if (path[0] === "connections") visit(endOf(path[1]?.split(">")[1] ?? "").component);
    else for (const id of Object.keys(document.components)) visit(id);
  }
  return found;
}
