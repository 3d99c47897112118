import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, dataOf, type Schemas } from "@/api/client";
import { messageOf } from "@/api/problem";
import { navigate } from "@/app/router";
import { notify } from "@/design/toasts";

export type CreateModel = Schemas["CreateModel"];

export async function createModel(body: CreateModel): Promise<Schemas["Model"]> {
  return dataOf(await api.POST("/api/v1/models", { body }));
}

/** Make a model and open it. */
export function useCreate() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: createModel,
    onSuccess: (model) => {
      void client.invalidateQueries({ queryKey: ["models"] });
      navigate(`/models/${model.id}`);
    },
    onError: (error) => notify(messageOf(error), "err"),
  });
}
