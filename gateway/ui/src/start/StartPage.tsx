// The first page: the models there are, what a new one can begin with, and for newcomers an example with a tour.

import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { Schemas } from "@/api/client";
import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import { AppBar } from "@/app/AppBar";
import page from "@/app/app.module.css";
import { later } from "@/app/later";
import { register } from "@/commands/registry";
import { Button } from "@/design/Button";
import { EmptyState } from "@/design/Panel";
import { SearchField } from "@/design/TextField";
import { text } from "@/text/text";
import { useTour } from "@/tour/state";
import { DropTarget } from "./DropTarget";
import { ModelList } from "./ModelList";
import { NewModel } from "./NewModel";
import styles from "./start.module.css";
import "./texts";

const Welcome = later(() => import("./Welcome"), null);

export default function StartPage() {
  const models = useQuery(queries.models());
  const welcome = useTour((state) => state.offered);
  const fresh = useRef<HTMLHeadingElement>(null);
  const toNew = () => {
    fresh.current?.scrollIntoView({ block: "start" });
    fresh.current?.focus({ preventScroll: true });
  };
  useEffect(() => {
    document.title = text("app.name");
    return register([{ id: "new", title: "command.new", group: "add", keys: ["N"], run: toNew }]);
  });
  return (
    <div className={page["page"]}>
      <AppBar />
      <main className={styles["main"]}>
        <div className={styles["column"]}>
          <DropTarget>
            {(choose) => (
              <>
                {models.error && (
                  <EmptyState icon="offline" title={messageOf(models.error)}>
                    <Button onClick={() => void models.refetch()}>{text("app.retry")}</Button>
                  </EmptyState>
                )}
                {models.data && welcome && <Welcome />}
                {models.data && <Models models={models.data} onNew={toNew} />}
                <NewModel choose={choose} head={fresh} />
              </>
            )}
          </DropTarget>
        </div>
      </main>
    </div>
  );
}

function Models({ models, onNew }: { models: Schemas["Model"][]; onNew: () => void }) {
  const [search, setSearch] = useState("");
  return (
    <section>
      <header className={styles["head"]}>
        <h1>{text("start.title")}</h1>
        {models.length > 0 && (
          <div className={styles["tools"]}>
            <SearchField
              label={text("start.search")}
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
            <Button icon="add" onClick={onNew}>
              {text("start.new")}
            </Button>
          </div>
        )}
      </header>
      {models.length ? (
        <ModelList models={models} search={search} />
      ) : (
        <div className={styles["frame"]}>
          <EmptyState icon="layers" title={text("start.empty")} hint={text("start.empty.hint")} />
        </div>
      )}
    </section>
  );
}
