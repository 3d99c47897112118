import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const gateway = process.env["GLASSWORK_GATEWAY"] ?? "http://127.0.0.1:8000";

/** Names of components for debuggers: each would keep a part of a library that nothing shows. */
const withoutNames: Plugin = {
  name: "without-names",
  apply: "build",
  transform: {
    filter: { id: /node_modules/, code: /\.displayName = / },
    handler: (code) => ({ code: code.replace(/^\w+\.displayName = [\w"']+;$/gm, ""), map: null }),
  },
};

// The hatch build hook gives --outDir and compresses what comes out.
export default defineConfig({
  plugins: [react(), withoutNames],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2022",
    sourcemap: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    // Parts of libraries that nothing shows would stay for these calls, which only wrap a component.
    rolldownOptions: { treeshake: { manualPureFunctions: ["memo", "forwardRef", "createContext"] } },
  },
  server: { proxy: { "/api": { target: gateway, ws: true }, "/docs": gateway } },
  test: { include: ["test/**/*.test.ts", "test/**/*.test.tsx"], environment: "node" },
});
