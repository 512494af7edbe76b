import { describe, expect, it } from "vitest";
import { judgeHealth, type WantedService } from "../../../../backend/cicd/compose/health.ts";
import { advanceStability, isStable, unstable } from "../../../../backend/cicd/compose/stability.ts";
import type { ContainerState } from "../../../../backend/cicd/core/engine.ts";
import { containerState } from "../../../support/containers.ts";
import { containing } from "../../../support/containing.ts";

const web: WantedService = { service: "web", imageId: "sha256:new", oneShot: false };
const job: WantedService = { service: "job", imageId: "sha256:new", oneShot: true };
const healthyJob = containerState({ id: "j", service: "job", status: "exited", exitCode: 0 });

function judge(
    wanted: readonly WantedService[],
    states: readonly ContainerState[],
    seen: readonly ContainerState[] = [],
) {
    return judgeHealth({ wanted, states, baseline: new Map(seen.map((state) => [state.id, state])) });
}

describe("judgeHealth", () => {
    it.each([
        ["runs without a health check", {}, "healthy", ""],
        ["is healthy", { health: "healthy" }, "healthy", ""],
        ["is starting", { health: "starting" }, "waiting", "web is starting"],
        ["is unhealthy", { health: "unhealthy" }, "failed", "web is unhealthy"],
        ["is created", { status: "created" }, "waiting", "web is not started yet"],
        ["is paused", { status: "paused" }, "waiting", "web is paused"],
        ["restarts", { status: "restarting" }, "waiting", "web is restarting"],
        ["exited", { status: "exited", exitCode: 3 }, "failed", "web exited with code 3"],
        ["exited well", { status: "exited" }, "failed", "web exited with code 0"],
        [
            "ran out of memory",
            { status: "exited", exitCode: 137, oomKilled: true },
            "failed",
            "web exited with code 137 (out of memory: raise its memory limit, or let it use less)",
        ],
        [
            "could not be started",
            { status: "created", startError: "exec: no file" },
            "failed",
            "be started: exec: no file",
        ],
        [
            "ended well",
            { status: "exited" },
            "failed",
            "code 0: it is to keep running; where it is meant to end, label it",
        ],
        [
            "has a health check that says why it fails",
            { health: "unhealthy", lastCheck: { exitCode: 1, output: "connecting\nno table\n" } },
            "failed",
            "web is unhealthy: its health check fails (exit code 1: no table)",
        ],
        [
            "waits for its first restart",
            { status: "restarting", restartCount: 1 },
            "waiting",
            "is restarting: it exited",
        ],
        [
            "waits for another restart",
            { status: "restarting", restartCount: 2, exitCode: 127 },
            "failed",
            "web keeps restarting: it exited with code 127 (its command was not found",
        ],
        ["is dead", { status: "dead", exitCode: 1 }, "failed", "web exited with code 1"],
        ["runs another image", { imageId: "sha256:old" }, "failed", "web runs another image"],
    ] as const)("of a long-running service that %s", (_, state, verdict, reason) => {
        const judged = judge([web], [containerState(state)]);

        expect(judged.verdict).toBe(verdict);
        expect(judged.reason).toContain(reason);
    });

    it.each([
        ["exited with 0", { status: "exited", exitCode: 0 }, "healthy"],
        ["exited with 3", { status: "exited", exitCode: 3 }, "failed"],
        ["still runs", { status: "running" }, "waiting"],
        ["was not started", { status: "created" }, "waiting"],
        ["tries again", { status: "restarting", restartCount: 3, restartPolicy: "on-failure" }, "waiting"],
        ["is started again for ever", { status: "restarting", restartCount: 3, restartPolicy: "always" }, "failed"],
    ] as const)("of a one-shot service that %s", (_, state, verdict) => {
        expect(
            judge([web, job], [containerState({}), containerState({ id: "j", service: "job", ...state })]).verdict,
        ).toBe(verdict);
    });

    it.each([
        ["a higher restart count", { restartCount: 1 }],
        ["another start", { startedAt: "2026-01-01T00:00:05Z" }],
    ])("sees a crash loop by %s than at first", (_, later) => {
        const first = containerState({});

        expect(judge([web], [containerState(later)], [first])).toMatchObject({
            verdict: "failed",
            service: "web",
            reason: containing("keeps restarting"),
        });
    });

    it("tells how a container in a crash loop ended, where that was seen", () => {
        const first = containerState({});
        const loop = {
            wanted: [web],
            states: [containerState({ restartCount: 1 })],
            baseline: new Map([["c1", first]]),
        };
        const ends = new Map([["c1", { exitCode: 137, oomKilled: true }]]);

        expect(judgeHealth({ ...loop, ends }).reason).toContain("it exited with code 137 (out of memory");
        expect(judgeHealth(loop).reason).toBe("web keeps restarting: it ended and was started again");
    });

    it("does not hold old restarts against a container", () => {
        const old = containerState({ restartCount: 7 });

        expect(judge([web], [old], [old]).verdict).toBe("healthy");
    });

    it("takes the same instant in another notation for the same start", () => {
        const first = containerState({ startedAt: "2026-01-01T00:00:00.000000000Z" });

        expect(judge([web], [containerState({ startedAt: "2026-01-01T00:00:00Z" })], [first]).verdict).toBe("healthy");
    });

    it("waits for missing containers and replicas", () => {
        expect(judge([web], [])).toMatchObject({ verdict: "waiting", reason: "web has 0 of 1 containers" });
        expect(judge([{ ...web, replicas: 2 }], [containerState({})]).verdict).toBe("waiting");
        expect(
            judge(
                [
                    { ...web, replicas: 0 },
                    { ...web, service: "db" },
                ],
                [containerState({ service: "db" })],
            ).verdict,
        ).toBe("healthy");
    });

    it("wants at least one service to keep running", () => {
        expect(judge([job], [healthyJob])).toMatchObject({ verdict: "failed", reason: "no service keeps running" });
        expect(judge([], [])).toMatchObject({ verdict: "failed" });
    });

    it("names a failed service before a waiting one", () => {
        const states = [
            containerState({ health: "starting" }),
            containerState({ id: "d", service: "db", status: "exited", exitCode: 1 }),
        ];

        expect(judge([web, { ...web, service: "db" }], states)).toMatchObject({ verdict: "failed", service: "db" });
    });
});

describe("stability", () => {
    const states = [containerState({})];
    const look = (now: number, verdict: "healthy" | "waiting" = "healthy", seen = states) => ({
        verdict,
        states: seen,
        now,
    });

    it("begins with the first healthy look and lasts for the window", () => {
        const first = advanceStability(unstable, look(1000));
        const later = advanceStability(first, look(5000));

        expect(isStable(first, 1000, 0)).toBe(true);
        expect(isStable(later, 10_999, 10)).toBe(false);
        expect(isStable(later, 11_000, 10)).toBe(true);
    });

    it.each([
        ["a look that is not healthy", look(2000, "waiting")],
        ["another start", look(2000, "healthy", [containerState({ startedAt: "2026-01-01T00:00:09Z" })])],
        ["another container", look(2000, "healthy", [containerState({ id: "other" })])],
    ])("begins anew after %s", (_, between) => {
        const before = advanceStability(unstable, look(1000));

        const after = advanceStability(advanceStability(before, between), {
            ...between,
            verdict: "healthy",
            now: 3000,
        });

        expect(isStable(after, 11_000, 10)).toBe(false);
    });
});
