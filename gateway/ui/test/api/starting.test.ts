import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Problem, Unreachable } from "@/api/problem";
import { patience, Start } from "@/api/starting";

interface Health {
  status: "ok" | "starting" | "degraded";
  services: Record<string, "serving" | "starting" | "down">;
}

const SERVING = { registry: "serving", codegen: "serving", executor: "serving", trainer: "serving" } as const;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A start whose health is what `said` is now, with what people were told. */
function starting(said: Health | null) {
  const world = { said, asked: 0, told: [] as (readonly string[])[] };
  const start = new Start(
    () => {
      world.asked += 1;
      return Promise.resolve(world.said);
    },
    (services) => world.told.push(services),
  );
  const passed: string[] = [];
  const ask = (path: string, method = "GET") =>
    void start.ready(method, `/api/v1${path}`).then(() => passed.push(path));
  return { world, passed, ask };
}

it("waits for the service of an address while it starts, and says for which", async () => {
  const { world, passed, ask } = starting({ status: "starting", services: { ...SERVING, registry: "down" } });
  ask("/models/{model}/graph");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(passed).toEqual([]);
  expect(world.told).toEqual([["registry"]]);
  world.said = { status: "ok", services: SERVING };
  await vi.advanceTimersByTimeAsync(1_000);
  expect(passed).toEqual(["/models/{model}/graph"]);
  expect(world.told.at(-1)).toEqual([]);
});

it("does not wait for a service that serves already, while another starts", async () => {
  const { world, passed, ask } = starting({
    status: "starting",
    services: { ...SERVING, trainer: "starting" },
  });
  for (const path of ["/models", "/components", "/runs"]) ask(path);
  for (const path of ["/code/edit", "/cost"]) ask(path, "POST");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(passed).toEqual(["/models", "/components", "/code/edit", "/cost"]);
  expect(world.told.at(-1)).toEqual(["trainer"]);
});

it.each([
  ["GET", "/models", "registry"],
  ["GET", "/models/{model}/versions", "registry"],
  ["GET", "/examples", "registry"],
  ["GET", "/components", "codegen"],
  ["POST", "/suggest", "codegen"],
  ["POST", "/code/component", "codegen"],
  ["GET", "/datasets/{dataset}/rows", "executor"],
  ["POST", "/datasets/{dataset}/profile", "executor"],
  ["POST", "/cost", "executor"],
  ["GET", "/runs/{run}/metrics", "trainer"],
])("knows that %s %s is answered by the %s", async (method, path, service) => {
  const { world, passed, ask } = starting({
    status: "starting",
    services: { ...SERVING, [service]: "starting" },
  });
  ask(path, method);
  await vi.advanceTimersByTimeAsync(1_000);
  expect([passed, world.told]).toEqual([[], [[service]]]);
});

it("does not hold back a write", async () => {
  const { passed, ask } = starting({ status: "starting", services: { ...SERVING, trainer: "down" } });
  ask("/runs", "POST");
  ask("/models/{model}/graph", "PUT");
  await vi.advanceTimersByTimeAsync(0);
  expect(passed).toEqual(["/runs", "/models/{model}/graph"]);
});

it("asks once for all who wait, and never again once everything has started", async () => {
  const { world, passed, ask } = starting({ status: "ok", services: SERVING });
  for (const path of ["/models", "/components", "/runs"]) ask(path);
  await vi.advanceTimersByTimeAsync(0);
  expect(passed).toHaveLength(3);
  expect(world.asked).toBe(1);
  ask("/models");
  await vi.advanceTimersByTimeAsync(0);
  expect(world.asked).toBe(1);
  expect(world.told).toEqual([]);
});

it("does not wait for a service that was there and went, nor without health, nor to sign in", async () => {
  const gone: Health = { status: "degraded", services: { ...SERVING, registry: "down" } };
  for (const said of [gone, null]) {
    const { passed, ask } = starting(said);
    ask("/models");
    await vi.advanceTimersByTimeAsync(0);
    expect(passed).toEqual(["/models"]);
  }
  const { world, passed, ask } = starting({ status: "starting", services: { ...SERVING, registry: "down" } });
  ask("/session", "POST");
  await vi.advanceTimersByTimeAsync(0);
  expect([passed, world.asked]).toEqual([["/session"], 0]);
});

it("asks a service that is away again for a while, and anything else once", () => {
  const away = new Problem(503, "unavailable", "The registry cannot be reached now.", {});
  expect([0, 3, 4].map((count) => patience.retry(count, away))).toEqual([true, true, false]);
  const others = [new Problem(404, "not-found", "", {}), new Unreachable("")];
  for (const error of others)
    expect([0, 1].map((count) => patience.retry(count, error))).toEqual([true, false]);
  expect(patience.refetchInterval({ state: { error: away } })).toBeGreaterThan(0);
  for (const error of [null, ...others]) expect(patience.refetchInterval({ state: { error } })).toBe(false);
});
