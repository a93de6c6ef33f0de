import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// The root is the project: tests/extension stands beside the other rooms' tests. From there packages
// cannot be resolved, so test globals are on and the one library that tests need is named here.
export default defineConfig({
  root: "..",
  resolve: { alias: { "happy-dom": fileURLToPath(new URL("node_modules/happy-dom", import.meta.url)) } },
  test: { globals: true, include: ["tests/extension/**/*.test.ts"], environment: "node" },
});
