import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { patience } from "@/api/starting";
import { App } from "@/app/App";
import { startTheme } from "@/app/theme";
import "@/design/tokens.css";
import "@/design/base.css";

startTheme();
const client = new QueryClient({ defaultOptions: { queries: { ...patience, staleTime: 5_000 } } });
const root = document.getElementById("root");
if (root)
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );
