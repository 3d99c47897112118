// The page: who asks, where they are, and what lies over everything.

import { lazy, Suspense, useEffect } from "react";
import { generalCommands } from "@/commands/general";
import { handleKey } from "@/commands/keyboard";
import { useOverlay } from "@/commands/overlay";
import { register } from "@/commands/registry";
import { TooltipProvider } from "@/design/Tooltip";
import { Toasts } from "@/design/toasts";
import { useTour } from "@/tour/state";
import { Failed } from "./Failed";
import { Loading } from "./Loading";
import { NotFound } from "./NotFound";
import { routeOf, useRoute } from "./router";
import { SignIn } from "./SignIn";
import { useSession } from "./session";

const StartPage = lazy(() => import("@/start/StartPage"));
const DatasetsPage = lazy(() => import("@/start/DatasetsPage"));
const DatasetPage = lazy(() => import("@/start/DatasetPage"));
const modelPage = () => import("./ModelPage");
const ModelPage = lazy(modelPage);
const Tour = lazy(() => import("@/tour/Tour"));
const CommandPalette = lazy(() => import("@/commands/CommandPalette"));
const ShortcutSheet = lazy(() => import("@/commands/ShortcutSheet"));

export function App() {
  const { state, signIn } = useSession();
  useEffect(() => register(generalCommands), []);
  useEffect(() => {
    // While the server says who asks, not after it.
    if (routeOf(location.pathname).view === "model") modelPage().catch(() => undefined);
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
        <Suspense fallback={<Loading />}>
          <View />
          <Overlay />
        </Suspense>
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
  return running ? (
    <Suspense fallback={null}>
      <Tour />
    </Suspense>
  ) : null;
}

function Overlay() {
  const open = useOverlay((state) => state.open);
  if (open === "palette") return <CommandPalette />;
  return open === "shortcuts" ? <ShortcutSheet /> : null;
}
