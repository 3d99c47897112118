import { api } from "@/api/client";
import { navigate } from "@/app/router";
import type { Command } from "@/commands/registry";
import { endTour, resumeTour, useTour } from "./state";

/** Go on where the tour was left, or to where it begins. */
export async function takeTour(): Promise<void> {
  const { model } = useTour.getState();
  const known = model !== null && (await exists(model));
  if (!known) {
    endTour();
    useTour.setState({ offered: true });
    navigate("/");
    return;
  }
  resumeTour();
  navigate(`/models/${model}`);
}

async function exists(model: string): Promise<boolean> {
  const found = await api.GET("/api/v1/models/{model}", { params: { path: { model } } }).catch(() => null);
  return found !== null;
}

export const tourCommands: readonly Command[] = [
  { id: "tour", title: "command.tour", group: "help", run: takeTour },
];
