import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{apps,packages,products,tools}/**/test/**/*.test.{ts,tsx}"],
    globalSetup: ["tools/test-support/src/global-setup.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // How long a condition may take to come true is no finding on a loaded machine.
    expect: { poll: { timeout: 20_000 } },
    maxWorkers: 2,
    // Files of one worker share its loaded modules, as loading took half of its time (decision 0163).
    isolate: false,
    // A loaded machine may miss a deadline of a test with real processes; what fails twice in a row has failed.
    retry: process.env["CI"] ? 1 : 0,
  },
});
