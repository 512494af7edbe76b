import { describe, expect, it } from "vitest";
import type { NewDeployment } from "../../../../backend/cicd/core/deployment.ts";
import type { StackPin } from "../../../../backend/cicd/core/stack-state.ts";
import { whyPinned } from "../../../../backend/cicd/core/stack-state.ts";
import { findPin } from "../../../../backend/cicd/services/find-pin.ts";
import { withPins } from "../../../../backend/cicd/services/pin-stack.ts";
import { unpinStack } from "../../../../backend/cicd/services/unpin-stack.ts";
import { deploymentAt, liveDeployment, openWorkshop } from "../../../support/workshop.ts";

const newer = "d".repeat(40);

async function open() {
    const workshop = await openWorkshop();
    const pushes: unknown[] = [];
    const host = { push: (_event: string, payload: unknown) => void pushes.push(payload) };
    const ports = withPins({ ...workshop, host });
    const first = await liveDeployment(workshop);
    const second = await liveDeployment(workshop, { commitSha: newer });
    /** A deployment of an earlier release that ends like this. */
    async function restore(fields: Partial<NewDeployment>, status: "successful" | "rolled_back" = "successful") {
        const row = await deploymentAt(ports, "deploying", {
            commitSha: first.commitSha,
            previousDeploymentId: first.id,
            triggeredBy: "manual",
            triggeredByUser: "anna",
            ...fields,
        });
        await ports.deployments.transition(row.id, "deploying", status);
        return row;
    }
    return { ...ports, ports, workshop, first, second, pushes, restore, pin: () => findPin(ports, "shop") };
}

describe("a rollback by hand", () => {
    it("pins the stack to its release once it is live, and tells browsers", async () => {
        const { restore, pin, first, pushes, clock } = await open();

        await restore({});

        const { commitSha } = first;
        const pinned = { deploymentId: first.id, commitSha, by: "anna", at: clock.now().toISOString() };
        expect(await pin()).toEqual(pinned);
        expect(pushes).toEqual([{ stackName: "shop", pinned }]);
    });

    it("that fails leaves the pin that was there, or none", async () => {
        const { restore, pin, first, second } = await open();
        await restore({}, "rolled_back");
        expect(await pin()).toBeUndefined();

        await restore({});
        await restore({ previousDeploymentId: second.id }, "rolled_back");

        expect(await pin()).toMatchObject({ deploymentId: first.id });
    });

    it("to another release moves the pin", async () => {
        const { restore, pin, second } = await open();
        await restore({});

        await restore({ previousDeploymentId: second.id, commitSha: newer, triggeredByUser: "bob" });

        expect(await pin()).toMatchObject({ deploymentId: second.id, commitSha: newer, by: "bob" });
    });
});

describe("no pin is made by", () => {
    it("a rollback that happens by itself", async () => {
        const { restore, pin } = await open();

        await restore({ rollbackOf: "d3" });

        expect(await pin()).toBeUndefined();
    });

    it("restoring what is live, which keeps one that is there", async () => {
        const { restore, pin, first, second } = await open();
        await restore({ previousDeploymentId: second.id, commitSha: newer });
        expect(await pin()).toBeUndefined();
        await restore({});

        await restore({ triggeredByUser: "bob" });

        expect(await pin()).toMatchObject({ deploymentId: first.id, by: "anna" });
    });

    it("a deployment of a commit, which ends one that is there", async () => {
        const { restore, pin, workshop } = await open();
        await restore({});

        await liveDeployment(workshop, { commitSha: "e".repeat(40) });

        expect(await pin()).toBeUndefined();
    });

    it("an automatic rollback to the pinned release, which keeps it", async () => {
        const { restore, pin, first, ports } = await open();
        await restore({});
        await deploymentAt(ports, "rolled_back", { commitSha: newer });

        await restore({ rollbackOf: "d9", triggeredBy: "webhook", triggeredByUser: undefined });

        expect(await pin()).toMatchObject({ deploymentId: first.id, by: "anna" });
    });
});

describe("unpinning", () => {
    it("answers what the stack was pinned to, and tells browsers; a second time it does nothing", async () => {
        const { restore, pin, first, pushes, ports } = await open();
        await restore({});

        expect(await unpinStack(ports, "shop")).toMatchObject({ deploymentId: first.id });
        expect(await unpinStack(ports, "shop")).toBeUndefined();

        expect(await pin()).toBeUndefined();
        expect(pushes.slice(1)).toEqual([{ stackName: "shop", pinned: null }]);
    });
});

it.each<[string, Pick<StackPin, "by" | "at"> & { commitSha: string }]>([
    [
        "pinned to bbbbbbb since then by anna; unpin the stack to deploy again",
        { commitSha: "b".repeat(40), by: "anna", at: "then" },
    ],
    [
        "pinned to what ran before git since then by bob; unpin the stack to deploy again",
        { commitSha: "", by: "bob", at: "then" },
    ],
])("says %s", (words, pin) => {
    expect(whyPinned(pin)).toBe(words);
});
