import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

const browserJourneys = "test/e2e/{*-page,browser,discover,forms,page}.test.ts";

/** What is waited for comes at once, or late on a busy machine; only what never comes takes this long. */
const patience = { poll: { timeout: 15_000 } };

/**
 * Four projects: `unit` (pure code and stores, no engine), `page` (Vue components in a simulated DOM) and
 * `journey` (real Docker and git; two files at a time, which mostly wait for the engine), then `browser`, alone:
 * a browser drops its connections whenever the machine's networks change, and every stack of the others makes one.
 */
export default defineConfig({
    test: {
        projects: [
            {
                test: {
                    name: "unit",
                    include: ["test/**/*.test.ts"],
                    exclude: ["test/e2e/**", "test/frontend/**"],
                    testTimeout: 20_000,
                    expect: patience,
                },
            },
            {
                plugins: [vue()],
                test: {
                    name: "page",
                    include: ["test/frontend/**/*.test.ts"],
                    environment: "happy-dom",
                    testTimeout: 20_000,
                    expect: patience,
                },
            },
            {
                test: {
                    name: "journey",
                    include: ["test/e2e/**/*.test.ts"],
                    exclude: [browserJourneys],
                    testTimeout: 120_000,
                    hookTimeout: 180_000,
                    expect: patience,
                    maxWorkers: 2,
                    sequence: { groupOrder: 1 },
                },
            },
            {
                test: {
                    name: "browser",
                    include: [browserJourneys],
                    testTimeout: 120_000,
                    hookTimeout: 180_000,
                    expect: patience,
                    maxWorkers: 1,
                    sequence: { groupOrder: 2 },
                },
            },
        ],
    },
});
