import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { DeploymentFailure } from "../../../../backend/cicd/core/failure.ts";
import type { Machine } from "../../../../backend/cicd/core/machine.ts";
import { holdMachine } from "../../../../backend/cicd/services/hold-machine.ts";
import { createFakeRemote } from "../../../support/fake-remote.ts";
import { createRushingClock } from "../../../support/rushing-clock.ts";
import { beginRun, deploymentAt, openWorkshop } from "../../../support/workshop.ts";

const holder = { owner: "other", reason: "deployment x", since: "2026-01-01T00:00:00.000Z", until: "" };
const busy = { taken: false, holder } as const;

async function open(signal?: AbortSignal) {
    const workshop = await openWorkshop();
    const remote = await createFakeRemote(join(workshop.directory, "there"));
    const record = await deploymentAt(workshop, "deploying");
    const run = await beginRun(workshop, record, signal === undefined ? {} : { signal });
    const ports = { clock: createRushingClock(), serverName: "me", onError: workshop.onError };
    const log = (): readonly string[] => workshop.logs.texts(run.id);
    return {
        ...remote,
        run,
        log,
        hold: () => holdMachine(ports, run, remote.machine),
        holdOn: (machine: Machine) => holdMachine(ports, run, machine),
    };
}

afterEach(() => vi.useRealTimers());

describe("a stack on another machine", () => {
    it("is held until it is released", async () => {
        const { hold, done } = await open();
        const held = await hold();
        expect(done).toEqual([]);
        await held.release();
        expect(done).toEqual(["released"]);
    });

    it("is waited for while another server deploys it, which is said once", async () => {
        const { hold, answers, log } = await open();
        answers.push(busy, busy, busy);
        await (await hold()).release();
        expect(log().filter((line) => line.includes("other holds this stack there"))).toHaveLength(1);
    });

    it("is not waited for without end", async () => {
        const { hold, answers } = await open();
        answers.push(...Array.from({ length: 1000 }, () => busy));
        await expect(hold()).rejects.toMatchObject({ errorCode: "target_busy" });
    });

    it("is not waited for when the deployment is cancelled", async () => {
        const stop = AbortSignal.abort(new DeploymentFailure("cancelled", "Cancelled by ada."));
        const { hold, answers } = await open(stop);
        answers.push(busy, busy);
        await expect(hold()).rejects.toMatchObject({ errorCode: "cancelled" });
    });

    it("is not taken again by a renewal that is under way at its end", async () => {
        vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
        const { machine, holdOn } = await open();
        const order: string[] = [];
        let answer = (_renewed: boolean): void => undefined;
        const renewal = new Promise<boolean>((resolve) => (answer = resolve));
        const lease = {
            renew: () => renewal.finally(() => order.push("renewed")),
            release: async () => void order.push("released"),
        };
        const lock = { take: async () => ({ taken: true, lease }) as const };
        const held = await holdOn({ ...machine, remote: { ...machine.remote, lock } });
        await vi.advanceTimersByTimeAsync(60_000);

        const released = held.release();
        answer(true);
        await released;

        expect(order).toEqual(["renewed", "released"]);
    });

    it("tells when another server took it over", async () => {
        vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
        const { hold, renewals, log } = await open();
        renewals.push(true, false);
        const held = await hold();
        await vi.advanceTimersByTimeAsync(60_000);
        expect(held.lost.aborted).toBe(false);
        await vi.advanceTimersByTimeAsync(60_000);
        expect(held.lost.reason).toMatchObject({ errorCode: "target_busy" });
        expect(log().at(-1)).toContain("another server has taken this stack over");
        await held.release();
    });
});
