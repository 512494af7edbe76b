import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { sendBurst, type Burst } from "../../extra/bench/send-burst.ts";
import { openDatabase } from "../../backend/platform/sqlite/database.ts";
import type { Deployment } from "../../common/schema/deployment.ts";
import type { GitRepository } from "../../common/schema/git-repository.ts";
import { removeStack } from "../support/docker.ts";
import { followLog } from "../support/follow-log.ts";
import { addCommits } from "../support/many-commits.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { githubPush } from "../support/provider-pushes.ts";
import { githubRequest, type SignedRequest } from "../support/webhook-request.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const apps = 4;
const pushesEach = 250;
const atOnce = 50;
const secret = "a secret of the burst";

/** Healthy once somebody opens the gate: until then its deployment runs. */
const gated = `services:
  web:
    image: cicd/busybox:1
    init: true
    stop_grace_period: 1s
    command: ["sleep", "10000"]
    volumes: ["./gate:/gate:ro", "./number.txt:/number.txt:ro"]
    healthcheck:
      test: ["CMD", "test", "-f", "/gate/open"]
      interval: 1s
      start_period: 3000s
      start_interval: 200ms
`;

interface App {
    readonly stack: string;
    readonly repository: WorkRepository;
    readonly hook: GitRepository;
    /** The deployment that runs while the burst comes. */
    readonly running: string;
    /** Oldest first. */
    readonly commits: readonly string[];
}

/** Every stack has an address of its own, because of one address 500 events are kept. */
describe("a burst of deliveries while deployments run", () => {
    let server: TestServer;
    let rest: Rest;
    let burst: Burst;
    const found: App[] = [];
    const mostWaiting = new Map<string, number>();

    beforeAll(async () => {
        server = await startServer({ CICD_MAX_CONCURRENT_DEPLOYMENTS: String(apps) });
        rest = createRest(server);
        for (let n = 1; n <= apps; n += 1) {
            found.push(await startApp(`burst-${n}-${process.pid}`));
        }
    });

    afterAll(async () => {
        await server.stop();
        await Promise.all(found.map(({ stack }) => removeStack(stack)));
        await Promise.all(found.map(({ repository }) => repository.remove()));
    });

    async function startApp(stack: string): Promise<App> {
        const repository = await createWorkRepository();
        await repository.commit({ "compose.yaml": gated, "number.txt": "0\n" }, "start");
        await mkdir(join(server.stacksDirectory, stack, "gate"), { recursive: true });
        const given = { url: repository.url, branch: "main", provider: "github", webhookSecret: secret };
        const hook = await rest.connect(stack, given, { healthCheckTimeout: 600 });
        const { id: running } = await rest.deploy(stack);
        await followLog(server, running, (line) => line.includes('"verifying"'));
        return { stack, repository, hook, running, commits: await addCommits(repository, pushesEach) };
    }

    function pushesOf({ hook, repository, commits }: App): readonly (SignedRequest & { readonly path: string })[] {
        return commits.map((commit, index) => {
            const { body } = githubPush({ commit, before: commits[index - 1] ?? commit, message: "change" }, secret);
            const payload: unknown = JSON.parse(body.toString());
            const own = {
                ...z.record(z.string(), z.unknown()).parse(payload),
                repository: { clone_url: repository.url },
            };
            const path = `/api/webhooks/github/${hook.id}`;
            return { ...githubRequest("push", own, secret, `burst-${hook.id}-${index}`), path };
        });
    }

    /** Looks into the database itself, again and again, until stopped. */
    function watchQueue(): () => Promise<void> {
        const database = openDatabase(join(server.dataDirectory, "dockge.db"));
        const Waiting = z.array(z.object({ stack_id: z.string(), waiting: z.int() }));
        const stopping = new AbortController();
        const watching = (async () => {
            while (!stopping.signal.aborted) {
                const query = database.knex("deployments").where({ status: "pending" }).groupBy("stack_id");
                for (const row of Waiting.parse(await query.select("stack_id").count({ waiting: "*" }))) {
                    mostWaiting.set(row.stack_id, Math.max(row.waiting, mostWaiting.get(row.stack_id) ?? 0));
                }
                await new Promise((resolve) => setTimeout(resolve, 2));
            }
            await database.knex.destroy();
        })();
        return async () => {
            stopping.abort();
            await watching;
        };
    }

    it("is answered, every delivery with 202", async () => {
        const stopWatching = watchQueue();

        burst = await sendBurst(server.url, shuffled(found.flatMap(pushesOf)), atOnce);

        await stopWatching();
        expect([...burst.statuses]).toEqual([[202, apps * pushesEach]]);
        const rate = burst.latencies.length / burst.seconds;
        process.stdout.write(`burst of ${burst.latencies.length}: ${rate.toFixed(0)} deliveries a second\n`);
    });

    it("is stored, every delivery once", async () => {
        const database = openDatabase(join(server.dataDirectory, "dockge.db"));
        const stored: unknown[] = await database.knex("webhook_events").where({ verified: 1 }).pluck("delivery_id");
        await database.knex.destroy();

        const sent = found.flatMap(({ hook, commits }) => commits.map((_, index) => `burst-${hook.id}-${index}`));
        expect(stored.map(String).sort()).toEqual([...sent].sort());
    });

    it("never leaves more than one deployment waiting for a stack", async () => {
        expect([...mostWaiting].sort()).toEqual(found.map(({ stack }) => [stack, 1]));
        for (const { stack, running } of found) {
            const active = (await rest.history(stack)).filter(({ status }) => status === "pending");
            expect(active).toHaveLength(1);
            expect(await rest.deployment(running)).toMatchObject({ status: "deploying", phase: "verifying" });
        }
    });

    it("brings the newest commit live, in whatever order the pushes came", async () => {
        await Promise.all(found.map(({ stack }) => writeFile(join(server.stacksDirectory, stack, "gate", "open"), "")));

        for (const { stack, running, commits } of found) {
            expect(await rest.ended(running)).toMatchObject({ status: "successful" });
            expect(await lastOf(stack)).toMatchObject({ status: "successful", commitSha: commits.at(-1) });
        }
    });

    async function lastOf(stack: string): Promise<Deployment | undefined> {
        const [last] = await rest.history(stack);
        return last && rest.ended(last.id);
    }

    it("of bad signatures is refused, and stored at most 60 times a minute", async () => {
        const [app] = found;
        const path = `/api/webhooks/github/${app?.hook.id ?? ""}`;
        const bad = Array.from({ length: 1000 }, (_, index) => ({
            ...githubRequest("push", { ref: "refs/heads/main" }, "another secret", `bad-${index}`),
            path,
        }));

        const { statuses, seconds } = await sendBurst(server.url, bad, atOnce);

        expect([...statuses]).toEqual([[401, 1000]]);
        const database = openDatabase(join(server.dataDirectory, "dockge.db"));
        const stored: unknown[] = await database.knex("webhook_events").where({ verified: 0 }).pluck("id");
        await database.knex.destroy();
        // A new minute may begin in between.
        expect(stored.length).toBeLessThanOrEqual(60 * Math.ceil(seconds / 60 + 1));
        expect(stored.length).toBeGreaterThanOrEqual(60);
        const live = found.slice(0, 1).flatMap((one) => pushesOf(one).slice(-1));
        expect([...(await sendBurst(server.url, live, 1)).statuses]).toEqual([[200, 1]]);
    });
});

function shuffled<T>(items: readonly T[]): readonly T[] {
    return items
        .map((item) => ({ item, place: Math.random() }))
        .sort((a, b) => a.place - b.place)
        .map(({ item }) => item);
}
