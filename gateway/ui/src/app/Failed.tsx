import { Component, type ErrorInfo, type ReactNode } from "react";
import { messageOf } from "@/api/problem";
import { Button } from "@/design/Button";
import { EmptyState } from "@/design/Panel";
import { text } from "@/text/text";

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

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return (
      <EmptyState icon="error" title={text("app.failed")} hint={messageOf(this.state.error)}>
        <Button onClick={() => this.setState({ error: null })}>{text("app.retry")}</Button>
      </EmptyState>
    );
  }
}
