// The first page: the models there are, and templates to begin with.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, dataOf, type Schemas } from "@/api/client";
import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import { AppBar } from "@/app/AppBar";
import page from "@/app/app.module.css";
import { Link } from "@/app/Link";
import { navigate } from "@/app/router";
import { EmptyState } from "@/design/Panel";
import { SearchField } from "@/design/TextField";
import { notify } from "@/design/toasts";
import { ago, text } from "@/text/text";
import styles from "./start.module.css";

export default function StartPage() {
  const models = useQuery(queries.models());
  return (
    <div className={page["page"]}>
      <AppBar />
      <main className={styles["main"]}>
        <div className={styles["column"]}>
          {models.error && <EmptyState icon="offline" title={messageOf(models.error)} />}
          {models.data && <Models models={models.data} />}
          <NewModel />
        </div>
      </main>
    </div>
  );
}

function Models({ models }: { models: Schemas["Model"][] }) {
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const found = models.filter((model) => model.name.toLowerCase().includes(wanted));
  return (
    <section>
      <header className={styles["head"]}>
        <h1>{text("start.title")}</h1>
        {models.length > 0 && (
          <SearchField
            label={text("start.search")}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        )}
      </header>
      {!models.length && (
        <EmptyState icon="layers" title={text("start.empty")} hint={text("start.empty.hint")} />
      )}
      {models.length > 0 && !found.length && (
        <EmptyState icon="search" title={text("start.noMatch", { search })} />
      )}
      <ul className={styles["grid"]}>
        {found.map((model) => (
          <li key={model.id}>
            <Link to={`/models/${model.id}`} className={styles["card"]}>
              <strong>{model.name}</strong>
              <span>{text("start.changed", { time: ago(model.updated) })}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function NewModel() {
  const examples = useQuery(queries.examples());
  const client = useQueryClient();
  const create = useMutation({
    mutationFn: async (body: Schemas["CreateModel"]) => dataOf(await api.POST("/api/v1/models", { body })),
    onSuccess: (model) => {
      void client.invalidateQueries({ queryKey: ["models"] });
      navigate(`/models/${model.id}`);
    },
    onError: (error) => notify(messageOf(error), "err"),
  });
  const templates = (examples.data ?? []).flatMap((example) => example.templates);
  return (
    <section>
      <header className={styles["head"]}>
        <h2>{text("start.new")}</h2>
      </header>
      <ul className={styles["grid"]}>
        {templates.map((template) => (
          <li key={template.name}>
            <button
              type="button"
              className={styles["card"]}
              disabled={create.isPending}
              onClick={() => create.mutate({ template: template.name, name: "", inputs: [], targets: [] })}
            >
              <strong>{template.title}</strong>
              <span>{template.teaches}</span>
            </button>
          </li>
        ))}
        <li>
          <button
            type="button"
            className={styles["card"]}
            disabled={create.isPending}
            onClick={() => create.mutate({ name: text("start.emptyModel"), inputs: [], targets: [] })}
          >
            <strong>{text("start.emptyModel")}</strong>
            <span>{text("start.emptyModel.hint")}</span>
          </button>
        </li>
      </ul>
    </section>
  );
}
