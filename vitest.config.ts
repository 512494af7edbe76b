import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

/**
 * Three projects: `unit` (pure code and stores, no engine), `page` (Vue components in a simulated DOM) and
 * `journey` (real Docker, git and browser; two files at a time, which mostly wait for the engine).
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
                },
            },
            {
                plugins: [vue()],
                test: {
                    name: "page",
                    include: ["test/frontend/**/*.test.ts"],
                    environment: "happy-dom",
                },
            },
            {
                test: {
                    name: "journey",
                    include: ["test/e2e/**/*.test.ts"],
                    testTimeout: 120_000,
                    hookTimeout: 180_000,
                    maxWorkers: 2,
                },
            },
        ],
    },
});
