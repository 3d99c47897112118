import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { dismiss, send, useUpload } from "@/start/upload";

class FakeRequest extends EventTarget {
  static all: FakeRequest[] = [];
  readonly upload = new EventTarget();
  status = 0;
  response: unknown = null;
  constructor() {
    super();
    FakeRequest.all.push(this);
  }
  open() {}
  send() {}
  abort() {
    this.dispatchEvent(new Event("abort"));
  }
  answer(status: number, response: unknown) {
    Object.assign(this, { status, response });
    this.dispatchEvent(new Event("load"));
  }
}

beforeEach(() => {
  FakeRequest.all = [];
  vi.stubGlobal("XMLHttpRequest", FakeRequest);
});
afterEach(() => vi.unstubAllGlobals());

function sent(name: string) {
  const [done, failed] = [vi.fn(), vi.fn()];
  const ended = send(new File(["a"], name), done, failed);
  return { request: FakeRequest.all.at(-1) as FakeRequest, done, failed, ended };
}

const upload = () => useUpload.getState().upload;

describe("a file on its way", () => {
  it("is handed on as the dataset that it became", async () => {
    const { request, done, failed, ended } = sent("wine.csv");
    request.answer(201, { id: "wine" });
    await ended;
    expect(done).toHaveBeenCalledWith({ id: "wine" });
    expect(failed).not.toHaveBeenCalled();
    expect(upload()).toEqual({ state: "idle" });
  });

  it("that is refused is told of, and kept to be shown", async () => {
    const { request, done, failed, ended } = sent("wine.csv");
    request.answer(422, { detail: "no rows" });
    await ended;
    expect(failed).toHaveBeenCalledWith("no rows");
    expect(done).not.toHaveBeenCalled();
    expect(upload()).toEqual({ state: "failed", name: "wine.csv", message: "no rows" });
  });

  it("is stopped without a word, and gives way to another that is still shown", async () => {
    const first = sent("first.csv");
    const second = sent("second.csv");
    await first.ended;
    expect(upload()).toMatchObject({ state: "sending", name: "second.csv" });
    dismiss();
    await second.ended;
    expect(upload()).toEqual({ state: "idle" });
    for (const one of [first, second]) expect(one.failed).not.toHaveBeenCalled();
  });
});
