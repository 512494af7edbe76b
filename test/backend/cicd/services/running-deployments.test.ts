import { describe, expect, it } from "vitest";
import { DeploymentFailure } from "../../../../backend/cicd/core/failure.ts";
import { createRunningDeployments } from "../../../../backend/cicd/services/running-deployments.ts";

const why = { errorCode: "cancelled", message: "Cancelled by anna." } as const;

describe("running deployments", () => {
    it("are asked to stop one by one, with the reason", () => {
        const running = createRunningDeployments();
        const [first, second] = [running.begin("d1"), running.begin("d2")];

        expect(running.abort("d1", why)).toBe(true);

        expect(first.reason).toEqual(new DeploymentFailure("cancelled", "Cancelled by anna."));
        expect(second.aborted).toBe(false);
    });

    it("keep the first reason", () => {
        const running = createRunningDeployments();
        const signal = running.begin("d1");
        running.abort("d1", why);

        running.abort("d1", { errorCode: "superseded", message: "Superseded." });

        expect(signal.reason).toMatchObject({ errorCode: "cancelled" });
    });

    it("are all asked at a shutdown", () => {
        const running = createRunningDeployments();
        const signals = [running.begin("d1"), running.begin("d2")];

        running.abortAll({ errorCode: "interrupted", message: "The server is shutting down." });

        expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    });

    it("that have ended, or never ran here, are told apart", () => {
        const running = createRunningDeployments();
        const signal = running.begin("d1");
        running.end("d1");

        expect(running.abort("d1", why)).toBe(false);
        expect(running.abort("d2", why)).toBe(false);
        expect(signal.aborted).toBe(false);
    });
});
