// The page: who asks, where they are, and what lies over everything.

import { useEffect } from "react";
import { generalCommands } from "@/commands/general";
import { handleKey } from "@/commands/keyboard";
import { useOverlay } from "@/commands/overlay";
import { register } from "@/commands/registry";
import { TooltipProvider } from "@/design/Tooltip";
import { Toasts } from "@/design/toasts";
import { useTour } from "@/tour/state";
import { Failed } from "./Failed";
import { Loading } from "./Loading";
import { later } from "./later";
import { NotFound } from "./NotFound";
import { routeOf, useRoute } from "./router";
import { SignIn } from "./SignIn";
import { useSession } from "./session";

const StartPage = later(() => import("@/start/StartPage"));
const DatasetsPage = later(() => import("@/start/DatasetsPage"));
const DatasetPage = later(() => import("@/start/DatasetPage"));
const ModelPage = later(() => import("./ModelPage"));
const Tour = later(() => import("@/tour/Tour"), null);
const CommandPalette = later(() => import("@/commands/CommandPalette"), null);
const ShortcutSheet = later(() => import("@/commands/ShortcutSheet"), null);

export function App() {
  const { state, signIn } = useSession();
  useEffect(() => register(generalCommands), []);
  useEffect(() => {
    // While the server says who asks, not after it.
    if (routeOf(location.pathname).view === "model") ModelPage.load().catch(() => undefined);
  }, []);
  useEffect(() => {
    window.addEventListener("keydown", handleKey);
    return () => window.removeEventListener("keydown", handleKey);
  }, []);
  if (state === "checking") return <Loading />;
  if (state === "out") return <SignIn onSignIn={signIn} />;
  return (
    <TooltipProvider>
      <Failed>
        <View />
        <Overlay />
      </Failed>
      <OnTour />
      <Toasts />
    </TooltipProvider>
  );
}

function View() {
  const route = useRoute();
  switch (route.view) {
    case "start":
      return <StartPage />;
    case "datasets":
      return <DatasetsPage />;
    case "dataset":
      return <DatasetPage key={route.dataset} dataset={route.dataset} />;
    case "model":
      return <ModelPage key={route.model} model={route.model} />;
    default:
      return <NotFound />;
  }
}

function OnTour() {
  const running = useTour((state) => state.running);
  return running ? <Tour /> : null;
}

function Overlay() {
  const open = useOverlay((state) => state.open);
  if (open === "palette") return <CommandPalette />;
  return open === "shortcuts" ? <ShortcutSheet /> : null;
}
