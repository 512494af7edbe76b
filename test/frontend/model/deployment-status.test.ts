import { describe, expect, it } from "vitest";
import { timelineOf } from "../../../frontend/src/model/deployment-status.ts";
import { formatAge, formatDuration } from "../../../frontend/src/model/duration.ts";
import { deployment, phaseTimes } from "../support/page-fixtures.ts";

const now = Date.now();

function stepsOf(...args: Parameters<typeof deployment>): string[] {
    return timelineOf(deployment(...args), now).map(({ phase, state }) => `${phase} ${state}`);
}

describe("the timeline", () => {
    it("shows what runs and what is to come", () => {
        const phases = phaseTimes(["fetching", "building"], 0.15, true);

        expect(stepsOf("d", { status: "building", phases })).toEqual([
            "fetching done",
            "building current",
            "previewing waiting",
            "applying waiting",
            "verifying waiting",
        ]);
    });

    it("marks where a failed one ended, and what was not reached", () => {
        const phases = phaseTimes(["fetching", "building"], 5, false);

        expect(stepsOf("d", { status: "failed", phases })).toEqual([
            "fetching done",
            "building failed",
            "previewing skipped",
            "applying skipped",
            "verifying skipped",
        ]);
    });

    it("marks what made the rollback necessary", () => {
        const phases = phaseTimes(["fetching", "applying", "verifying", "rolling_back"], 5, false);

        expect(stepsOf("d", { status: "rolled_back", phases })).toEqual([
            "fetching done",
            "applying done",
            "verifying failed",
            "rolling_back done",
        ]);
    });

    it("counts a running step up to now", () => {
        const startedAt = new Date(now - 7000).toISOString();
        const steps = timelineOf(
            deployment("d", { status: "building", phases: [{ phase: "building", startedAt }] }),
            now,
        );

        expect(steps[0]?.elapsedMs).toBe(7000);
    });
});

describe("times in words", () => {
    it.each([
        [940, "0.9 s"],
        [12_400, "12 s"],
        [185_000, "3 m 05 s"],
        [3_725_000, "1 h 02 m"],
    ])("%i ms is %s", (milliseconds, text) => {
        expect(formatDuration(milliseconds, "en")).toBe(text);
    });

    it.each([
        [0, "now"],
        [90, "1 minute ago"],
        [7300, "2 hours ago"],
        [86_400 * 40, "last month"],
    ])("%i seconds back is %s", (seconds, text) => {
        expect(formatAge(new Date(now - seconds * 1000).toISOString(), now, "en")).toBe(text);
    });
});
