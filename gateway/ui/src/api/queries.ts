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
};
