// What views read from the server, by TanStack Query: keys and functions in one place.

import { queryOptions } from "@tanstack/react-query";
import { api, dataOf, type Schemas } from "./client";

interface Page<T> {
  items: T[];
  next_page_token: string;
}

/** All pages of a list. */
async function all<T>(read: (token: string) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let token = "";
  do {
    const page = await read(token);
    items.push(...page.items);
    token = page.next_page_token;
  } while (token);
  return items;
}

export const queries = {
  health: () =>
    queryOptions({
      queryKey: ["health"],
      queryFn: async () => dataOf(await api.GET("/api/v1/health")),
      refetchInterval: 5_000,
    }),
  componentTypes: () =>
    queryOptions({
      queryKey: ["components"],
      queryFn: () =>
        all<Schemas["ComponentType"]>(async (page_token) =>
          dataOf(await api.GET("/api/v1/components", { params: { query: { page_token } } })),
        ),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  plugins: () =>
    queryOptions({
      queryKey: ["plugins"],
      queryFn: () =>
        all<Schemas["Plugin"]>(async (page_token) =>
          dataOf(await api.GET("/api/v1/plugins", { params: { query: { page_token } } })),
        ),
      // A plugin can fail at any time that its code is used.
      refetchInterval: 15_000,
    }),
  rules: () =>
    queryOptions({
      queryKey: ["diagnostics"],
      queryFn: () =>
        all<Schemas["Rule"]>(async (page_token) =>
          dataOf(await api.GET("/api/v1/diagnostics", { params: { query: { page_token } } })),
        ),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  examples: () =>
    queryOptions({
      queryKey: ["examples"],
      queryFn: () =>
        all<Schemas["Example"]>(async (page_token) =>
          dataOf(await api.GET("/api/v1/examples", { params: { query: { page_token } } })),
        ),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  models: () =>
    queryOptions({
      queryKey: ["models"],
      queryFn: () =>
        all<Schemas["Model"]>(async (page_token) =>
          dataOf(await api.GET("/api/v1/models", { params: { query: { page_token } } })),
        ),
    }),
  model: (model: string) =>
    queryOptions({
      queryKey: ["models", model],
      queryFn: async () => dataOf(await api.GET("/api/v1/models/{model}", { params: { path: { model } } })),
    }),
  datasets: () =>
    queryOptions({
      queryKey: ["datasets"],
      queryFn: () =>
        all<Schemas["Dataset"]>(async (page_token) =>
          dataOf(await api.GET("/api/v1/datasets", { params: { query: { page_token } } })),
        ),
    }),
  firstRows: (dataset: string) =>
    queryOptions({
      queryKey: ["datasets", dataset, "rows"],
      queryFn: async () =>
        dataOf(
          await api.GET("/api/v1/datasets/{dataset}/rows", {
            params: { path: { dataset }, query: { page_size: 20 } },
          }),
        ).items,
    }),
  suggestion: (body: Schemas["SuggestRequest"]) =>
    queryOptions({
      queryKey: ["suggestion", body],
      queryFn: async () => dataOf(await api.POST("/api/v1/suggest", { body })),
      retry: false,
    }),
  dataset: (dataset: string) =>
    queryOptions({
      queryKey: ["datasets", dataset],
      queryFn: async () =>
        dataOf(await api.GET("/api/v1/datasets/{dataset}", { params: { path: { dataset } } })),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  /** The dataset with the figures that it has with other types or another split. */
  profile: (dataset: string, body: Schemas["ProfileRequest"]) =>
    queryOptions({
      queryKey: ["datasets", dataset, "profile", body],
      queryFn: async () =>
        dataOf(await api.POST("/api/v1/datasets/{dataset}/profile", { params: { path: { dataset } }, body })),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  runs: (model: string) =>
    queryOptions({
      queryKey: ["runs", "of", model],
      queryFn: () =>
        all<Schemas["Run"]>(async (page_token) =>
          dataOf(await api.GET("/api/v1/runs", { params: { query: { model, page_token } } })),
        ),
    }),
  run: (run: string) =>
    queryOptions({
      queryKey: ["runs", run],
      queryFn: async () => dataOf(await api.GET("/api/v1/runs/{run}", { params: { path: { run } } })),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  metrics: (run: string) =>
    queryOptions({
      queryKey: ["runs", run, "metrics"],
      queryFn: () =>
        all<Schemas["MetricRow"]>(async (page_token) =>
          dataOf(
            await api.GET("/api/v1/runs/{run}/metrics", {
              params: { path: { run }, query: { page_size: 1000, page_token } },
            }),
          ),
        ),
    }),
  runGraph: (run: string) =>
    queryOptions({
      queryKey: ["runs", run, "graph"],
      queryFn: async () => dataOf(await api.GET("/api/v1/runs/{run}/graph", { params: { path: { run } } })),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  /** Rows of a split with their predictions; `moment` tells one pause from the next. */
  samples: (run: string, split: "train" | "validation" | "test", count: number, moment: string) =>
    queryOptions({
      queryKey: ["runs", run, "samples", split, count, moment],
      queryFn: async () =>
        dataOf(
          await api.GET("/api/v1/runs/{run}/samples", {
            params: { path: { run }, query: { split, count } },
          }),
        ),
      retry: false,
      staleTime: Number.POSITIVE_INFINITY,
    }),
  exports: (run: string) =>
    queryOptions({
      queryKey: ["runs", run, "exports"],
      queryFn: () =>
        all<Schemas["Export"]>(async (page_token) =>
          dataOf(
            await api.GET("/api/v1/runs/{run}/exports", { params: { path: { run }, query: { page_token } } }),
          ),
        ),
    }),
  /** What a component of a paused or ended run holds; `moment` tells one pause from the next. */
  inspection: (run: string, component: string, moment: string) =>
    queryOptions({
      queryKey: ["runs", run, "components", component, moment],
      queryFn: async () =>
        dataOf(
          await api.GET("/api/v1/runs/{run}/components/{component}", {
            params: { path: { run, component } },
          }),
        ),
      retry: false,
    }),
  versions: (model: string) =>
    queryOptions({
      queryKey: ["models", model, "versions"],
      queryFn: () =>
        all<Schemas["Version"]>(async (page_token) =>
          dataOf(
            await api.GET("/api/v1/models/{model}/versions", {
              params: { path: { model }, query: { page_token } },
            }),
          ),
        ),
    }),
};
