import { describe, expect, it } from "vitest";
import { createDeploymentHealths } from "../../../../backend/cicd/services/deployment-healths.ts";
import type { DeploymentHealth, ServiceProgress } from "../../../../common/schema/deployment-health.ts";
import { createRushingClock } from "../../../support/rushing-clock.ts";

const web: ServiceProgress = {
    service: "web",
    state: "starting",
    verdict: "waiting",
    reason: "web is starting",
    containers: 1,
    wanted: 1,
    restarts: 0,
    seconds: 0,
};

function look(given: Partial<ServiceProgress> = {}, id = "d1", ended = false): DeploymentHealth {
    return { deploymentId: id, stackName: "shop", services: [{ ...web, ...given }], ended };
}

function open(isWatched = true) {
    const clock = createRushingClock();
    const pushed: unknown[] = [];
    const host = { push: (_: string, payload: unknown) => void pushed.push(payload), isWatched: () => isWatched };
    return { healths: createDeploymentHealths({ host, clock }), clock, pushed };
}

describe("what verifying sees", () => {
    it("is pushed when it changes; seconds that pass are no change", async () => {
        const { healths, clock, pushed } = open();

        healths.note(look());
        await clock.sleep(1000);
        healths.note(look({ seconds: 1 }));
        await clock.sleep(1000);
        healths.note(look({ seconds: 2, state: "healthy" }));

        expect(pushed).toEqual([look(), look({ seconds: 2, state: "healthy" })]);
        expect(healths.find("d1")).toEqual(look({ seconds: 2, state: "healthy" }));
    });

    it("is pushed four times a second at most, and the last look always", async () => {
        const { healths, clock, pushed } = open();

        for (let restarts = 0; restarts < 20; restarts += 1) {
            healths.note(look({ restarts }));
            await clock.sleep(100);
        }
        const often = pushed.length;
        healths.note(look({ restarts: 99 }, "d1", true));

        expect(often).toBeLessThanOrEqual(8);
        expect(often).toBeGreaterThanOrEqual(6);
        expect(pushed.at(-1)).toEqual(look({ restarts: 99 }, "d1", true));
    });

    it("is not pushed to nobody, but kept", () => {
        const { healths, pushed } = open(false);

        healths.note(look());

        expect(pushed).toEqual([]);
        expect(healths.find("d1")).toEqual(look());
        expect(healths.find("d2")).toBeUndefined();
    });

    it("is forgotten after some more deployments", () => {
        const { healths } = open();
        healths.note(look());

        for (let number = 0; number < 50; number += 1) {
            healths.note(look({}, `later-${number}`));
        }

        expect(healths.find("d1")).toBeUndefined();
        expect(healths.find("later-49")).toBeDefined();
    });
});
