import { describe, expect, it } from "vitest";
import { describePlan } from "../../../../backend/cicd/services/describe-plan.ts";

const noFiles = { written: [], removed: [], replaced: [], left: [], obstacles: [] };
const noServices = { services: [], removed: [], removeFirst: [], stopFirst: [], conflicts: [] };

describe("a plan in words", () => {
    it("names every service with what happens to it, and why", () => {
        const services = [
            { service: "db", action: "none", reasons: [], image: "postgres:17", force: false },
            {
                service: "web",
                action: "recreate",
                reasons: ["image changed", "a mounted file changed"],
                image: "",
                force: false,
            },
        ] as const;
        const plan = {
            services: {
                ...noServices,
                services,
                removed: [{ service: "old", containerIds: ["c1"] }],
                removeFirst: [{ id: "c2", name: "shop-web", reason: "holds the container name of web" }],
            },
            files: noFiles,
        };

        expect(describePlan(plan)).toEqual([
            "What will change:",
            "  db: unchanged",
            "  web: recreate (image changed, a mounted file changed)",
            "  old: remove (gone from the compose file)",
            "  container shop-web: remove (holds the container name of web)",
        ]);
    });

    it("names the files by what happens to them, at most ten", () => {
        const written = Array.from({ length: 12 }, (_, index) => `file-${index}`);
        const files = { ...noFiles, written, removed: ["gone"], replaced: ["mine"], left: ["edited"] };

        expect(describePlan({ services: noServices, files })).toEqual([
            "What will change:",
            "  files written: file-0, file-1, file-2, file-3, file-4, file-5, file-6, file-7, file-8, file-9 and 2 more",
            "  files removed: gone",
            "  kept a copy of, because their content was not ours: mine",
            "  left alone, because they were edited here: edited",
        ]);
    });
});
