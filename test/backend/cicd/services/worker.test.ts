import { describe, expect, it, onTestFinished } from "vitest";
import type { DeploymentRecord } from "../../../../backend/cicd/core/deployment.ts";
import { DeploymentFailure } from "../../../../backend/cicd/core/failure.ts";
import { deploymentQueue } from "../../../../backend/cicd/services/deployment-queue.ts";
import { createRunningDeployments } from "../../../../backend/cicd/services/running-deployments.ts";
import { createWorker, type WorkerPorts } from "../../../../backend/cicd/services/worker.ts";
import { until } from "../../../support/until.ts";
import { deploymentAt, openWorkshop } from "../../../support/workshop.ts";

interface Running {
    readonly record: DeploymentRecord;
    readonly signal: AbortSignal;
    /** Ends the run; the row is left as it is unless a failure is given. */
    end(failure?: Error): void;
}

/** A worker over a real queue, whose runs end when the test says so. */
async function open(given: Partial<WorkerPorts<DeploymentRecord>> = {}) {
    const workshop = await openWorkshop();
    const running = createRunningDeployments();
    const began: Running[] = [];
    const worker = createWorker({
        ...workshop,
        queue: deploymentQueue(workshop.deployments),
        running,
        owner: "server-1",
        concurrency: 2,
        run: (record, signal) =>
            new Promise((resolve, reject) => {
                const end = (failure?: Error): void => (failure === undefined ? resolve() : reject(failure));
                signal.addEventListener("abort", () => resolve(), { once: true });
                began.push({ record, signal, end });
            }),
        ...given,
    });
    onTestFinished(() => {
        const stopping = worker.stop();
        began.forEach((run) => run.end());
        return stopping;
    });
    const push = (stackId: string): Promise<DeploymentRecord> => deploymentAt(workshop, "pending", { stackId });
    /** Lets the run of a stack come to its end, as `deploy` does. */
    async function finish(stackId: string): Promise<void> {
        const index = began.findIndex(({ record }) => record.stackId === stackId);
        const [run] = began.splice(index, 1);
        await workshop.deployments.transition(run?.record.id ?? "", "pending", "failed");
        run?.end();
    }
    const stacks = (): string[] => began.map(({ record }) => record.stackId);
    return { ...workshop, worker, running, began, push, finish, stacks };
}

describe("the worker", () => {
    it("runs what waits, the oldest first, and no more at once than it may", async () => {
        const { worker, push, stacks, finish } = await open();
        for (const stack of ["a", "b", "c", "d"]) {
            await push(stack);
        }

        worker.wake();
        await until(() => stacks().length === 2);

        expect(stacks()).toEqual(["a", "b"]);
        await finish("a");
        await until(() => stacks().includes("c"));
        expect(stacks()).toEqual(["b", "c"]);
    });

    it("runs one deployment of a stack at a time", async () => {
        const { worker, push, stacks, finish } = await open();
        await push("a");
        await push("a");
        await push("b");

        worker.wake();
        await until(() => stacks().length === 2);

        expect(stacks()).toEqual(["a", "b"]);
        await finish("b");
        await finish("a");
        await until(() => stacks().length === 1);
        expect(stacks()).toEqual(["a"]);
    });

    it("does not lose a wake that comes while it looks at the queue", async () => {
        const workshop = await openWorkshop();
        let reached = (): void => undefined;
        let letGo = (): void => undefined;
        const looking = new Promise<void>((resolve) => (reached = resolve));
        const gate = new Promise<void>((resolve) => (letGo = resolve));
        const seen: string[] = [];
        const worker = createWorker({
            ...workshop,
            queue: {
                ...deploymentQueue(workshop.deployments),
                async claim(owner, seconds) {
                    const found = await workshop.deployments.claim(owner, seconds);
                    reached();
                    await gate;
                    return found;
                },
            },
            running: createRunningDeployments(),
            owner: "server-1",
            concurrency: 2,
            run: async ({ id }) => {
                seen.push(id);
                await workshop.deployments.transition(id, "pending", "failed");
            },
        });
        onTestFinished(() => worker.stop());
        worker.wake();
        await looking;
        const late = await deploymentAt(workshop, "pending");
        worker.wake();

        letGo();

        await until(() => seen.includes(late.id));
    });

    it("goes on when a run throws, and runs that one again later rather than at once", async () => {
        const { worker, push, began, errors, clock, stacks, finish } = await open();
        await push("a");
        worker.wake();
        await until(() => stacks().length === 1);
        began.splice(0)[0]?.end(new Error("the database is away"));
        await until(() => errors.length === 1);

        await push("b");
        worker.wake();
        await until(() => stacks().length === 1);

        expect(stacks()).toEqual(["b"]);
        await until(() => {
            clock.advance(1000);
            return stacks().length === 2;
        });
        expect(stacks()).toEqual(["b", "a"]);
        await finish("a");
    });

    it("does not run again what threw after its end", async () => {
        const { worker, push, began, errors, clock, stacks, deployments } = await open();
        const first = await push("a");
        worker.wake();
        await until(() => stacks().length === 1);
        await deployments.transition(first.id, "pending", "failed");
        began.splice(0)[0]?.end(new Error("closing the log failed"));
        await until(() => errors.length === 1);
        await push("a");

        await until(() => {
            clock.advance(1000);
            return stacks().length === 1;
        });

        expect(began[0]?.record.id).not.toBe(first.id);
    });

    it("looks again when the queue could not be read, though nobody wakes it", async () => {
        const workshop = await openWorkshop();
        const ran: string[] = [];
        let isAway = true;
        const worker = createWorker({
            ...workshop,
            queue: {
                ...deploymentQueue(workshop.deployments),
                claim: (owner, seconds) =>
                    isAway ? Promise.reject(new Error("locked")) : workshop.deployments.claim(owner, seconds),
            },
            running: createRunningDeployments(),
            owner: "server-1",
            concurrency: 1,
            run: async ({ id }) => {
                ran.push(id);
                await workshop.deployments.transition(id, "pending", "failed");
            },
        });
        onTestFinished(() => worker.stop());
        await deploymentAt(workshop, "pending");
        worker.wake();
        await until(() => workshop.errors.length === 1);
        isAway = false;

        await until(() => {
            workshop.clock.advance(1000);
            return ran.length === 1;
        });
    });

    it("gives the lease back when a run has ended", async () => {
        const { worker, push, stacks, finish, deployments } = await open();
        const { id } = await push("a");
        worker.wake();
        await until(() => stacks().length === 1);
        expect((await deployments.find(id))?.leaseOwner).toBe("server-1");

        await finish("a");

        await until(async () => (await deployments.find(id))?.leaseOwner === undefined);
    });
});

describe("a row that is opened again while its run is at its last lines", () => {
    it("is run once more, after that, under a lease that stays", async () => {
        const { clock, errors, onError } = await openWorkshop();
        let waits = 1;
        let leases = 0;
        const ends: (() => void)[] = [];
        const atOnce: number[] = [];
        let active = 0;
        const worker = createWorker<{ readonly id: string }>({
            ...{ clock, onError, running: createRunningDeployments(), owner: "server-1", concurrency: 2 },
            queue: {
                claim: async () => (waits-- > 0 ? (leases++, { id: "one" }) : undefined),
                takeOver: async () => [],
                heartbeat: async () => true,
                release: async () => {
                    leases -= 1;
                },
                find: async () => ({ id: "one" }),
                hasEnded: () => false,
                requestedEnd: () => undefined,
            },
            async run() {
                atOnce.push(++active);
                await new Promise<void>((resolve) => ends.push(resolve));
                active -= 1;
            },
        });
        worker.wake();
        await until(() => ends.length === 1);

        waits = 1;
        worker.wake();
        await until(() => leases === 2);
        ends[0]?.();
        await until(() => ends.length === 2);

        expect(atOnce).toEqual([1, 1]);
        expect(leases).toBe(2);
        ends[1]?.();
        await worker.stop();
        expect(errors).toEqual([]);
    });
});

describe("a cancel", () => {
    it("that came between claim and run is heeded", async () => {
        const { worker, push, deployments, began, stacks } = await open({
            running: createRunningDeployments(),
        });
        const { id } = await push("a");
        await deployments.requestCancel(id, "Cancelled by anna.");

        worker.wake();
        await until(() => stacks().length === 1);

        expect(began[0]?.signal.reason).toEqual(new DeploymentFailure("cancelled", "Cancelled by anna."));
    });

    it.each([
        ["a user", undefined, "cancelled"],
        ["a newer push", "d2", "superseded"],
    ] as const)("by %s that came before a restart is heeded after it", async (_, supersededBy, errorCode) => {
        const { worker, deployments, began, ...workshop } = await open();
        const { id } = await deploymentAt({ deployments }, "building");
        await deployments.update(id, "building", { supersededBy });
        await deployments.requestCancel(id, "Not wanted any more.");

        expect(await worker.resume()).toBe(1);
        await until(() => began.length === 1);

        expect(began[0]?.signal.reason).toMatchObject({ errorCode, message: "Not wanted any more." });
        expect(workshop.errors).toEqual([]);
    });
});

describe("stopping", () => {
    it("ends what runs with the code interrupted, and waits for it; its row stays for the next start", async () => {
        const { worker, push, stacks, began, deployments } = await open();
        const { id } = await push("a");
        worker.wake();
        await until(() => stacks().length === 1);

        await worker.stop();

        expect(began[0]?.signal.reason).toMatchObject({ errorCode: "interrupted" });
        const left = await deployments.find(id);
        expect(left?.status).toBe("pending");
        expect(left?.leaseOwner).toBeUndefined();
    });

    it("begins nothing any more, also not what was just being claimed", async () => {
        const workshop = await openWorkshop();
        let letGo = (): void => undefined;
        const gate = new Promise<void>((resolve) => (letGo = resolve));
        const ran: string[] = [];
        const worker = createWorker({
            ...workshop,
            queue: {
                ...deploymentQueue(workshop.deployments),
                async claim(owner, seconds) {
                    const found = await workshop.deployments.claim(owner, seconds);
                    await gate;
                    return found;
                },
            },
            running: createRunningDeployments(),
            owner: "server-1",
            concurrency: 2,
            run: async ({ id }) => void ran.push(id),
        });
        const { id } = await deploymentAt(workshop, "pending");
        worker.wake();
        await until(async () => (await workshop.deployments.find(id))?.leaseOwner === "server-1");

        const stopping = worker.stop();
        letGo();
        await stopping;

        expect(ran).toEqual([]);
        expect((await workshop.deployments.find(id))?.leaseOwner).toBeUndefined();
        worker.wake();
        expect(await workshop.deployments.claim("server-2", 30)).toMatchObject({ id });
    });

    it("does not wait for a retry", async () => {
        const { worker, push, began, errors, stacks } = await open();
        await push("a");
        worker.wake();
        await until(() => stacks().length === 1);
        began[0]?.end(new Error("the database is away"));
        await until(() => errors.length === 1);

        await worker.stop();

        expect(began).toHaveLength(1);
    });
});

describe("resuming", () => {
    it("goes on with what a dead server left running, and leaves what waits to the queue", async () => {
        const { worker, deployments, began } = await open();
        const dead = await deploymentAt({ deployments }, "pending", { stackId: "a" });
        await deployments.claim("server-0", 30);
        await deployments.transition(dead.id, "pending", "building");
        const waiting = await deploymentAt({ deployments }, "pending", { stackId: "b" });

        expect(await worker.resume()).toBe(1);

        await until(() => began.length === 1);
        expect(began[0]?.record).toMatchObject({ id: dead.id, attempt: 2, leaseOwner: "server-1" });
        worker.wake();
        await until(() => began.length === 2);
        expect(began[1]?.record.id).toBe(waiting.id);
    });
});
