import { Component, type ErrorInfo, type ReactNode } from "react";
import { messageOf } from "@/api/problem";
import { Button } from "@/design/Button";
import { EmptyState } from "@/design/Panel";
import { text } from "@/text/text";

/** Parts of the page that could not be fetched: asked for again only by a page that is loaded anew. */
const lost = new WeakSet<object>();
window.addEventListener("vite:preloadError", (event) => lost.add(event.payload));

interface State {
  error: unknown;
}

/** A part of the page that failed says so, and the rest goes on. */
export class Failed extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    reportError(new Error(`${messageOf(error)}${info.componentStack ?? ""}`, { cause: error }));
  }

  readonly #retry = (): void => {
    const { error } = this.state;
    // What was edited and not saved is kept in this browser, with what can be undone.
    if (error instanceof Error && lost.has(error)) location.reload();
    else this.setState({ error: null });
  };

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return (
      <EmptyState icon="error" title={text("app.failed")} hint={messageOf(this.state.error)}>
        <Button onClick={this.#retry}>{text("app.retry")}</Button>
      </EmptyState>
    );
  }
}
