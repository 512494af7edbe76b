import { expect, it } from "vitest";
import { formatSeconds, newOutput, reasonOf, showsHealth } from "../../../frontend/src/model/service-health.ts";
import type { DeploymentHealth, ServiceProgress } from "../../../common/schema/deployment-health.ts";

const web: ServiceProgress = {
    service: "web",
    state: "exited",
    verdict: "failed",
    reason: "web exited with code 3",
    containers: 1,
    wanted: 1,
    restarts: 0,
    seconds: 0,
};
const running: DeploymentHealth = { deploymentId: "d1", stackName: "shop", services: [web], ended: false };
const failed = { ...running, ended: true };
const good: DeploymentHealth = { ...failed, services: [{ ...web, verdict: "healthy", reason: "" }] };
const silent = { ...good, httpCheck: { url: "http://127.0.0.1/", answer: "does not answer", good: false } };

it.each([
    ["deploying", "verifying", undefined, false],
    ["deploying", "verifying", running, true],
    ["deploying", "rolling_back", failed, true],
    ["deploying", "applying", running, false],
    ["rolled_back", "done", failed, true],
    ["failed", "done", failed, true],
    ["failed", "done", silent, true],
    ["failed", "done", good, false],
    ["successful", "done", good, false],
] as const)("services of a deployment that is %s, %s (%j) are shown: %s", (status, phase, health, shown) => {
    expect(showsHealth({ status, phase }, health)).toBe(shown);
});

it("a reason stands without the name that is beside it", () => {
    expect(reasonOf(web)).toBe("exited with code 3");
    expect(reasonOf({ ...web, reason: "webbing is torn" })).toBe("webbing is torn");
});

it("what a health check wrote is shown where the reason does not tell it", () => {
    const check = (output: string) => ({
        ...web,
        reason: "fails (exit code 1: no table)",
        check: { exitCode: 1, output },
    });

    expect(newOutput(web)).toBe("");
    expect(newOutput(check("no table"))).toBe("");
    expect(newOutput(check("connecting\nno table"))).toBe("connecting\nno table");
});

it.each([
    [999, "0 s"],
    [4700, "4 s"],
    [185_000, "3 m 05 s"],
])("%i ms are %s", (milliseconds, text) => {
    expect(formatSeconds(milliseconds, "en")).toBe(text);
});
