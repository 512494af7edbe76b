import { describe, expect, it } from "vitest";
import { judgeServices, type WantedService } from "../../../../backend/cicd/compose/health.ts";
import { describeProgress, type StateTimes } from "../../../../backend/cicd/compose/service-progress.ts";
import type { ContainerState } from "../../../../backend/cicd/core/engine.ts";
import { containerState } from "../../../support/containers.ts";

const web: WantedService = { service: "web", oneShot: false };
const job: WantedService = { service: "web", oneShot: true };

function progress(
    wanted: WantedService,
    states: readonly ContainerState[],
    given: { readonly seen?: ContainerState; readonly times?: StateTimes; readonly now?: number } = {},
) {
    const baseline = new Map(given.seen === undefined ? [] : [[given.seen.id, given.seen]]);
    const verdicts = judgeServices({ wanted: [wanted], states, baseline });
    return describeProgress({ verdicts, states, times: given.times ?? new Map(), now: given.now ?? 0 });
}

describe("the state of a service", () => {
    it.each([
        [web, {}, "running", "healthy"],
        [web, { health: "healthy" }, "healthy", "healthy"],
        [web, { health: "starting" }, "starting", "waiting"],
        [web, { health: "unhealthy" }, "unhealthy", "failed"],
        [web, { status: "created" }, "created", "waiting"],
        [web, { status: "restarting" }, "restarting", "waiting"],
        [web, { status: "paused" }, "paused", "waiting"],
        [web, { status: "removing" }, "waiting", "waiting"],
        [web, { status: "exited", exitCode: 3 }, "exited", "failed"],
        [web, { status: "dead" }, "exited", "failed"],
        [job, { status: "exited" }, "completed", "healthy"],
        [job, { status: "exited", exitCode: 1 }, "exited", "failed"],
        [job, {}, "running", "waiting"],
    ] as const)("%j that is %j is %s, and %s", (wanted, given, state, verdict) => {
        expect(progress(wanted, [containerState(given)]).services).toMatchObject([{ state, verdict }]);
    });

    it("is waiting where there is no container yet", () => {
        expect(progress(web, []).services).toMatchObject([{ state: "waiting", containers: 0, wanted: 1 }]);
    });

    it("is restarting in a crash loop, also where it runs at the moment", () => {
        const { services } = progress(web, [containerState({ restartCount: 4 })], { seen: containerState({}) });

        expect(services).toMatchObject([{ state: "restarting", verdict: "failed", restarts: 4 }]);
    });

    it("is that of the container that is waited for", () => {
        const states = [containerState({}), containerState({ id: "c2", health: "starting" })];

        expect(progress({ ...web, replicas: 2 }, states).services).toMatchObject([
            { state: "starting", containers: 2 },
        ]);
    });

    it("has a time that begins anew with another state only", () => {
        const first = progress(web, [containerState({ health: "starting" })], { now: 1000 });
        const later = progress(web, [containerState({ health: "starting" })], { now: 4500, times: first.times });
        const good = progress(web, [containerState({ health: "healthy" })], { now: 5000, times: later.times });
        const end = progress(web, [containerState({ health: "healthy" })], { now: 7000, times: good.times });

        const seconds = [first, later, good, end].map(({ services }) => services[0]?.seconds);
        expect(seconds).toEqual([0, 3, 0, 2]);
    });
});
