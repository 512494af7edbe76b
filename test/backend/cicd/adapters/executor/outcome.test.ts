import { describe, expect, it } from "vitest";
import { type Ending, outcomeOf } from "../../../../../backend/cicd/adapters/executor/outcome.ts";
import type { JobOutcome } from "../../../../../backend/cicd/core/job-executor.ts";

const now = "2030-01-01T00:00:00.000Z";
const task = { image: "node:20", timeoutSeconds: 60, limits: { processes: 10, memoryBytes: 64 * 1024 ** 2 } };
const state = {
    Status: "exited",
    OOMKilled: false,
    ExitCode: 0,
    StartedAt: "2026-05-01T10:00:00.5Z",
    FinishedAt: "2026-05-01T10:00:09.123456789Z",
    Error: "",
} as const;

function outcome(ending: Partial<Ending>) {
    return outcomeOf({ wasAway: false, state, ...ending }, task, now);
}

function messageOf(given: JobOutcome): string {
    return given.result === "failed" ? given.message : "";
}

describe("how a try ended", () => {
    it("is well with exit code 0, at the engine's time", () => {
        expect(outcome({})).toEqual({ result: "success", exitCode: 0, completedAt: "2026-05-01T10:00:09.123Z" });
    });

    it("is never before its start, and now where the engine tells no time", () => {
        const finished = (FinishedAt: string) => outcome({ state: { ...state, FinishedAt } });
        expect(finished("2026-05-01T10:00:00.4Z")).toMatchObject({ completedAt: "2026-05-01T10:00:00.500Z" });
        expect(finished("0001-01-01T00:00:00Z")).toMatchObject({ completedAt: now });
    });

    it.each<[string, Partial<Ending>, string, RegExp]>([
        ["its script", { state: { ...state, ExitCode: 3 } }, "script", /exit code 3/],
        ["its memory", { state: { ...state, ExitCode: 137, OOMKilled: true } }, "out_of_memory", /64 MiB/],
        ["its time", { state: { ...state, ExitCode: 143 }, stopped: "timeout" }, "timeout", /60 s/],
        ["its time, though it ended well when told to", { stopped: "timeout" }, "timeout", /60 s/],
        ["a removed container", { state: undefined }, "system", /removed/],
        ["the engine's end", { state: { ...state, ExitCode: 255 }, wasAway: true }, "system", /engine was stopped/],
        ["its own code after the engine was away", { state: { ...state, ExitCode: 2 }, wasAway: true }, "script", /2/],
        [
            "an image without sh",
            {
                state: { ...state, ExitCode: 127 },
                lastError: "[FATAL tini (7)] exec sh failed: No such file or directory",
            },
            "system",
            /node:20.*sh.*No such file/,
        ],
        [
            "a command that is missing",
            { state: { ...state, ExitCode: 127 }, lastError: "sh: npm: not found" },
            "script",
            /127/,
        ],
    ])("is a failure for %s", (_title, ending, reason, message) => {
        expect(outcome(ending)).toMatchObject({ result: "failed", reason });
        expect(messageOf(outcome(ending))).toMatch(message);
    });

    it("is out of memory without a limit too, and memory killed and forgiven is a success", () => {
        const killed = { ...state, ExitCode: 137, OOMKilled: true };
        const unlimited = outcomeOf({ wasAway: false, state: killed }, { ...task, limits: { processes: 1 } }, now);
        expect(unlimited).toMatchObject({ reason: "out_of_memory" });
        expect(messageOf(unlimited)).toMatch(/machine/);
        expect(outcome({ state: { ...killed, ExitCode: 0 } })).toMatchObject({ result: "success" });
    });

    it("is cancelled whatever the script made of it", () => {
        expect(outcome({ stopped: "cancelled" })).toMatchObject({ result: "cancelled" });
        expect(outcome({ stopped: "cancelled", state: undefined })).toEqual({ result: "cancelled", completedAt: now });
    });
});
