// A WebSocket that comes back: after a loss it is opened again, later each time, and at once when the network is back.

export interface SocketEvents {
  /** It is open, for the first time or again: say everything that the other side must know. */
  onOpen: (send: (message: unknown) => void) => void;
  onMessage: (message: Record<string, unknown>) => void;
  /** It is lost, and will be tried again. */
  onLost: () => void;
  /** The server has ended it for good. */
  onEnd?: (code: number, reason: string) => void;
}

const WAITS = [250, 500, 1000, 2000, 4000, 8000];
const NORMAL = 1000;

export class Socket {
  private socket: WebSocket | null = null;
  private attempts = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  constructor(
    private readonly address: () => string,
    private readonly events: SocketEvents,
  ) {
    window.addEventListener("online", this.retry);
    this.open();
  }

  /** Send, where it is open; whoever is not heard says everything again when it opens. */
  send = (message: unknown): void => {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  };

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    window.removeEventListener("online", this.retry);
    this.socket?.close(NORMAL);
  }

  private readonly retry = (): void => {
    if (!this.closed && this.socket === null) this.open();
  };

  private open(): void {
    clearTimeout(this.timer);
    const socket = new WebSocket(this.address());
    this.socket = socket;
    socket.onopen = () => {
      this.attempts = 0;
      this.events.onOpen(this.send);
    };
    socket.onmessage = (event: MessageEvent<string>) => this.events.onMessage(JSON.parse(event.data));
    socket.onclose = (event) => this.lost(event);
  }

  private lost(event: CloseEvent): void {
    this.socket = null;
    if (this.closed) return;
    // 4000 and an HTTP status: the request itself was wrong, and would be again. 4401: nobody is signed in.
    if (event.code === NORMAL || (event.code >= 4400 && event.code < 4500)) {
      this.events.onEnd?.(event.code, event.reason);
      return;
    }
    this.events.onLost();
    this.timer = setTimeout(this.retry, WAITS[Math.min(this.attempts, WAITS.length - 1)]);
    this.attempts += 1;
  }
}
