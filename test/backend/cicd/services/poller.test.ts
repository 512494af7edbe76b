import { describe, expect, it, onTestFinished } from "vitest";
import type { NewRepository } from "../../../../backend/cicd/core/git-repository.ts";
import { createPoller } from "../../../../backend/cicd/services/poller.ts";
import { AppError } from "../../../../common/errors.ts";
import { openFollower, type Follower } from "../../../support/follower.ts";
import { newBuildConfig, newRepository } from "../../../support/records.ts";
import { until } from "../../../support/until.ts";

const b = "b".repeat(40);

async function save({ repositories, buildConfigs }: Follower, fields: Partial<NewRepository> = {}) {
    const given = newRepository({ stackId: "shop", autoSync: true, ...fields });
    const saved = await repositories.save(given);
    await buildConfigs.save(newBuildConfig({ stackId: given.stackId, repositoryId: saved.id }));
    return saved;
}

/** A poller at work; `pass` lets time pass second by second, and lets it do what it does. */
function begin(follower: Follower) {
    const poller = createPoller(follower.ports);
    poller.start();
    onTestFinished(() => poller.stop());
    async function settle(): Promise<void> {
        for (let turn = 0; turn < 50; turn++) {
            await new Promise((resolve) => setImmediate(resolve));
        }
    }
    async function pass(seconds: number, step = seconds): Promise<void> {
        for (let passed = 0; passed < seconds; passed += step) {
            await settle();
            follower.clock.advance(step * 1000);
        }
        await settle();
    }
    return { poller, pass, settle };
}

describe("polling", () => {
    it("begins soon after the start, and goes on at every interval", async () => {
        const follower = await openFollower();
        await save(follower);
        const { pass, settle } = begin(follower);
        await settle();
        expect(follower.remote.asked).toHaveLength(0);

        await pass(1);
        expect(follower.remote.asked).toHaveLength(1);
        await pass(290, 10);
        expect(follower.remote.asked).toHaveLength(1);
        await pass(20, 10);
        expect(follower.remote.asked).toHaveLength(2);
        expect(await follower.deployments.list("shop", 10)).toMatchObject([
            { triggeredBy: "scheduled", commitSha: "a".repeat(40), status: "pending" },
        ]);
    });

    it("leaves repositories without autoSync alone", async () => {
        const follower = await openFollower();
        await save(follower, { autoSync: false });
        const { pass } = begin(follower);

        await pass(700, 20);

        expect(follower.remote.asked).toEqual([]);
    });

    it("asks once for all stacks with the same address and access", async () => {
        const follower = await openFollower();
        const url = "https://git.example/o/mono.git";
        const credentials = { token: "t0ken" };
        await save(follower, { stackId: "one", url, pollIntervalSeconds: 600 });
        await save(follower, { stackId: "two", url: "https://git.example/o/mono", pollIntervalSeconds: 60 });
        await save(follower, { stackId: "three", url, authType: "http_token", credentials });
        const { pass } = begin(follower);

        await pass(2, 0.25);

        expect(follower.remote.asked).toHaveLength(2);
        for (const stack of ["one", "two", "three"]) {
            expect(await follower.repositories.findByStack(stack)).toMatchObject({ lastSyncedCommit: "a".repeat(40) });
        }
        await pass(66, 3);
        expect(follower.remote.asked).toHaveLength(3);
    });

    it("asks at most four remotes at once, and all in the end", async () => {
        const follower = await openFollower();
        for (let index = 0; index < 10; index++) {
            await save(follower, { stackId: `s${index}`, url: `https://git${index % 2}.example/o/r${index}` });
        }
        let open = (): void => undefined;
        follower.remote.gate = new Promise((resolve) => (open = resolve));
        const { pass, settle } = begin(follower);
        await settle();

        await pass(30, 5);
        expect(follower.remote.asked).toHaveLength(4);

        open();
        await until(() => follower.remote.asked.length === 10);
        expect(new Set(follower.remote.asked).size).toBe(10);
    });

    it("asks other servers while one with many repositories does not answer", async () => {
        const follower = await openFollower();
        for (let index = 0; index < 10; index++) {
            await save(follower, { stackId: `s${index}`, url: `https://away.example/o/r${index}` });
        }
        await save(follower, { stackId: "z", url: "https://git.example/o/r" });
        const { git } = follower.ports;
        const never = new Promise<never>(() => undefined);
        const hanging = {
            ...git,
            async listRemote(remote: Parameters<typeof git.listRemote>[0]) {
                const answer = await git.listRemote(remote);
                return remote.url.includes("away") ? never : answer;
            },
        };
        const poller = createPoller({ ...follower.ports, git: hanging });
        poller.start();

        await until(() => {
            follower.clock.advance(1000);
            return follower.remote.asked.includes("https://git.example/o/r");
        });

        expect(follower.remote.asked.filter((url) => url.includes("away"))).toHaveLength(3);
    });

    it("spreads the first polls of many remotes", async () => {
        const follower = await openFollower();
        for (let index = 0; index < 20; index++) {
            await save(follower, { stackId: `s${index}`, url: `https://git.example/o/r${index}` });
        }
        const { pass } = begin(follower);

        await pass(5, 0.5);
        const half = follower.remote.asked.length;
        await pass(6, 0.5);

        expect(half).toBeGreaterThan(5);
        expect(half).toBeLessThan(15);
        expect(follower.remote.asked).toHaveLength(20);
    });

    it("asks a remote that fails less and less often, says it once, and recovers", async () => {
        const follower = await openFollower();
        await save(follower, { pollIntervalSeconds: 60 });
        follower.remote.failure = new AppError("unavailable", "url: no answer; try again");
        const { pass } = begin(follower);

        await pass(3600, 10);
        expect(follower.remote.asked.length).toBeGreaterThanOrEqual(5);
        expect(follower.remote.asked.length).toBeLessThanOrEqual(7);
        expect(follower.notices).toHaveLength(1);
        expect(follower.errors).toEqual([]);

        follower.remote.failure = undefined;
        await pass(3600, 20);
        expect(follower.notices).toHaveLength(2);
        const asked = follower.remote.asked.length;
        await pass(600, 10);
        expect(follower.remote.asked.length).toBeGreaterThanOrEqual(asked + 9);
    });

    it("shows nothing of the inside of an error of its own, and reports it", async () => {
        const follower = await openFollower();
        await save(follower);
        follower.remote.failure = new TypeError("cannot read properties of /srv/data");
        const { pass } = begin(follower);

        await pass(1);

        expect((await follower.repositories.findByStack("shop"))?.lastPollError).toBe(
            "Internal error. The server's log tells more.",
        );
        expect(follower.errors).toEqual([follower.remote.failure]);
    });

    it("goes on at its interval where the clock is set back by a year", async () => {
        const follower = await openFollower();
        await save(follower);
        const { pass } = begin(follower);
        await pass(1);
        expect(follower.remote.asked).toHaveLength(1);

        follower.clock.setBack(365 * 24 * 3600 * 1000);
        await pass(400, 10);

        expect(follower.remote.asked).toHaveLength(2);
    });

    it("begins when a repository is saved with autoSync, after a moment to save more", async () => {
        const follower = await openFollower();
        const { poller, pass, settle } = begin(follower);
        await settle();
        await save(follower);
        poller.changed("shop");

        await pass(9);
        expect(follower.remote.asked).toHaveLength(0);
        await pass(2);
        expect(follower.remote.asked).toHaveLength(1);
    });

    it("asks again soon when a stack was saved", async () => {
        const follower = await openFollower();
        await save(follower);
        const { poller, pass } = begin(follower);
        await pass(1);
        follower.remote.refs = { "refs/heads/main": b };
        poller.changed("shop");

        await pass(11, 1);

        expect(follower.remote.asked).toHaveLength(2);
        expect((await follower.deployments.latest()).get("shop")).toMatchObject({ commitSha: b });
    });

    it("ends when the stack is disconnected, also while the remote is asked", async () => {
        const follower = await openFollower();
        await save(follower);
        let open = (): void => undefined;
        follower.remote.gate = new Promise((resolve) => (open = resolve));
        const { poller, pass } = begin(follower);
        await pass(1);
        expect(follower.remote.asked).toHaveLength(1);
        await follower.repositories.delete("shop");
        poller.changed("shop");
        open();

        await pass(1200, 20);

        expect(follower.remote.asked).toHaveLength(1);
        expect(await follower.deployments.list("shop", 10)).toEqual([]);
    });

    it("goes on after a database that could not be read", async () => {
        const follower = await openFollower();
        await save(follower);
        await follower.database.knex.schema.renameTable("git_repositories", "away");
        const { pass, settle } = begin(follower);
        await settle();
        expect(follower.errors).toHaveLength(1);
        await follower.database.knex.schema.renameTable("away", "git_repositories");

        await pass(31);
        await pass(1);

        expect(follower.remote.asked).toHaveLength(1);
    });

    it("stops at a shutdown, though a remote does not answer, and writes down no failure", async () => {
        const follower = await openFollower();
        await save(follower);
        const { git } = follower.ports;
        const hanging = {
            ...git,
            listRemote: (remote: Parameters<typeof git.listRemote>[0], call?: { readonly signal: AbortSignal }) =>
                new Promise<never>((_, reject) => {
                    follower.remote.asked.push(remote.url);
                    call?.signal.addEventListener("abort", () => reject(new Error("aborted")));
                }),
        };
        const poller = createPoller({ ...follower.ports, git: hanging });
        poller.start();
        await until(async () => {
            follower.clock.advance(1000);
            return follower.remote.asked.length === 1;
        });

        await poller.stop();

        expect((await follower.repositories.findByStack("shop"))?.lastPollError).toBeUndefined();
        expect(follower.notices).toEqual([]);
    });
});
