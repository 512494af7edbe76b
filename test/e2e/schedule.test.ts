import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BuildConfig } from "../../common/schema/build-config.ts";
import { containerOf, removeStack } from "../support/docker.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `schedule-${process.pid}`;
const compose = `services:
  web:
    build: .
    init: true
    stop_grace_period: 1s
    command: ["sh", "-c", "while true; do sleep 1; done"]
`;

/** One stack that is deployed by its schedule; each step stands on the one before. */
describe("a stack with a schedule", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let commit: string;

    async function saveSchedule(input: object) {
        return rest.call("PUT", `/stacks/${stack}/build-config`, input);
    }

    /** The newest successful deployments by the schedule, once there are so many. */
    async function scheduled(count: number) {
        for (;;) {
            const rows = (await rest.history(stack)).filter(
                ({ triggeredBy, status }) => triggeredBy === "scheduled" && status === "successful",
            );
            if (rows.length >= count) {
                return rows;
            }
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
    }

    /** Switches the schedule off, and waits until nothing runs. */
    async function switchOff(): Promise<void> {
        await saveSchedule({ schedule: null });
        for (const { id, status } of await rest.history(stack)) {
            await (["pending", "building", "deploying"].includes(status) ? rest.ended(id) : undefined);
        }
    }

    beforeAll(async () => {
        server = await startServer();
        rest = createRest(server);
        repository = await createWorkRepository();
        commit = await repository.commit(
            { "compose.yaml": compose, Dockerfile: "FROM cicd/busybox:1\nCOPY version /version\n", version: "1\n" },
            "feat: one",
        );
        await rest.connect(stack, { url: repository.url, branch: "main" });
    });

    afterAll(async () => {
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    it("says when it comes next in its time zone, and refuses one that cannot be read", async () => {
        const saved = await saveSchedule({ schedule: "0 3 * * *", scheduleTimeZone: "Asia/Kolkata" });

        expect(saved.status).toBe(200);
        const { nextScheduledAt } = BuildConfig.parse(saved.body);
        expect(nextScheduledAt).toMatch(/T21:30:00\.000Z$/);
        expect(await saveSchedule({ schedule: "at night" })).toMatchObject({ status: 400 });
        expect(await saveSchedule({ schedule: "@daily", scheduleTimeZone: "Mars/Base" })).toMatchObject({
            status: 400,
        });
        expect(await rest.history(stack)).toEqual([]);
    });

    it("is built and deployed again at every time, and what did not change is not recreated", async () => {
        // Longer than from one time to the next, so that there is one that is left out.
        await saveSchedule({ schedule: "* * * * * *", preBuildCommands: ["sleep 1.2"] });

        const first = (await scheduled(1)).at(-1);
        const container = await containerOf(stack, "web");
        const rows = await scheduled(3);
        await switchOff();

        expect(first).toMatchObject({ commitSha: commit, branch: "main" });
        expect(rows.every(({ commitSha, errorCode }) => commitSha === commit && errorCode === undefined)).toBe(true);
        expect(await containerOf(stack, "web")).toBe(container);
        expect(server.output()).toContain("is left out while deployment");
    });

    it("deploys the newest commit, also after a restart", async () => {
        const newest = await repository.commit({ version: "2\n" }, "feat: two");
        const before = (await scheduled(1)).length;
        await saveSchedule({ schedule: "* * * * * *" });
        await server.kill();
        await server.start();

        const rows = await scheduled(before + 1);
        await switchOff();

        expect(rows[0]).toMatchObject({ commitSha: newest, commitMessage: "feat: two" });
    });
});
