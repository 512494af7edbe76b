import { describe, expect, it } from "vitest";
import { createMasker } from "../../../../backend/cicd/core/mask.ts";
import { maskHealth } from "../../../../backend/cicd/services/mask-health.ts";
import type { DeploymentHealth } from "../../../../common/schema/deployment-health.ts";

const secret = "first-line-of-it\nsecond-line-of-it";
const { mask } = createMasker([secret]);

function masked(output: string): string {
    const health: DeploymentHealth = {
        deploymentId: "d1",
        stackName: "shop",
        services: [
            {
                service: "web",
                state: "unhealthy",
                verdict: "failed",
                reason: "",
                containers: 1,
                wanted: 1,
                restarts: 0,
                seconds: 0,
                check: { exitCode: 1, output },
            },
        ],
        ended: true,
    };
    return maskHealth({ mask }, health).services[0]?.check?.output ?? expect.fail("gone");
}

describe("what a health check said", () => {
    it.each([
        ["a secret of several lines", `x ${secret} y`, "x ***\n*** y"],
        ["its base64 form", btoa(secret), "***"],
        ["a secret with colours in it", "first-\u001b[31mline\u001b[0m-of-it", "***"],
        [
            "colours, titles and other control characters",
            "\u001b[31mred\u001b[0m \u001b]0;title\u0007\u0000\u202eok",
            "red ok",
        ],
        ["tabs and lines", "a\tb\r\nc", "a\tb\nc"],
    ])("is shown without %s", (_what, output, expected) => {
        expect(masked(output)).toBe(expected);
    });
});
