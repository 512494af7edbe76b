import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { AppError } from "../../../../common/errors.ts";
import { isGone } from "../../../support/process-gone.ts";
import { runProcess, type ProcessOptions } from "../../../../backend/platform/process/run.ts";

const environment = { PATH: process.env["PATH"] ?? "" };
const never = new AbortController().signal;

function shell(script: string, options: Partial<ProcessOptions> = {}, extra: { input?: string } = {}) {
    return runProcess(
        { argv: ["sh", "-c", script], directory: tmpdir(), environment, ...extra },
        { signal: never, timeoutSeconds: 20, ...options },
    );
}

describe("running a program", () => {
    it("hands on lines of both streams, keeps the tail of standard error and the exit code", async () => {
        const lines: string[] = [];
        const result = await shell("echo out; echo err >&2; exit 3", {
            onLine: (stream, line) => lines.push(`${stream}: ${line}`),
            captureBytes: 100,
        });
        expect(lines.sort()).toEqual(["stderr: err", "stdout: out"]);
        expect(result).toEqual({ exitCode: 3, stdout: "out\n", stderrTail: "err", timedOut: false, cancelled: false });
    });

    it("passes text with shell metacharacters on as it is", async () => {
        const text = "$(touch x); `id` | && ' \" \\ *";
        const result = await runProcess(
            { argv: ["printf", "%s", text], directory: tmpdir(), environment },
            { signal: never, timeoutSeconds: 5, captureBytes: 1000 },
        );
        expect(result.stdout).toBe(text);
    });

    it("inherits nothing of the environment but what is given", async () => {
        const result = await shell("env", { captureBytes: 10_000 });
        const names = result.stdout.split("\n").map((line) => line.split("=")[0]);
        expect(names.filter((name) => !["PATH", "PWD", "OLDPWD", "SHLVL", "_", ""].includes(name ?? ""))).toEqual([]);
    });

    it("writes the input and closes it", async () => {
        const result = await shell("cat", { captureBytes: 100 }, { input: "hello" });
        expect(result.stdout).toBe("hello");
    });

    it("does not mind a program that never reads its input", async () => {
        const result = await shell("exit 0", {}, { input: "x".repeat(1_000_000) });
        expect(result.exitCode).toBe(0);
    });

    it("ends the whole group when cancelled, also a member that ignores SIGTERM, within the grace", async () => {
        const cancel = new AbortController();
        let child = 0;
        const started = Date.now();
        const result = await shell(
            "trap '' TERM; (trap '' TERM; while :; do sleep 0.2; done) & echo $!; wait; sleep 60",
            {
                signal: cancel.signal,
                onLine: (_stream, line) => {
                    child = Number(line);
                    cancel.abort();
                },
            },
        );
        expect(result).toMatchObject({ cancelled: true, timedOut: false, exitCode: 137 });
        expect(Date.now() - started).toBeLessThan(4000);
        await expect.poll(() => isGone(child)).toBe(true);
    });

    it("ends a program whose time is over", async () => {
        const result = await shell("sleep 60", { timeoutSeconds: 0.1 });
        expect(result).toMatchObject({ timedOut: true, cancelled: false, exitCode: 143 });
    });

    it("starts nothing when it was cancelled before", async () => {
        const result = await shell("echo started", { signal: AbortSignal.abort(), captureBytes: 100 });
        expect(result).toMatchObject({ cancelled: true, stdout: "" });
    });

    it("ends what a program leaves running behind it", async () => {
        const result = await shell("sleep 60 >/dev/null 2>&1 & echo $!", { captureBytes: 100 });
        await expect.poll(() => isGone(Number(result.stdout))).toBe(true);
    });

    it("does not wait for a straggler that left the group and holds the output open", async () => {
        const result = await shell("setsid sleep 30 & echo $!", { captureBytes: 100 });
        expect(result.exitCode).toBe(0);
        process.kill(Number(result.stdout), "SIGKILL");
    });

    it("ends a program that writes more than may be kept", async () => {
        const flood = shell("yes", { captureBytes: 100_000 });
        await expect(flood).rejects.toThrow(AppError);
    });

    it.each([
        ["the program is missing", { argv: ["no-such-program"] as const, directory: tmpdir() }],
        ["the directory is missing", { argv: ["true"] as const, directory: "/no/such/directory" }],
    ])("throws unavailable when %s", async (_what, request) => {
        const attempt = runProcess({ ...request, environment }, { signal: never, timeoutSeconds: 5 });
        await expect(attempt).rejects.toMatchObject({ code: "unavailable" });
    });
});
