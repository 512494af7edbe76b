import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Deployment } from "../../common/schema/deployment.ts";
import { DeploymentHealth, type ServiceProgress } from "../../common/schema/deployment-health.ts";
import { containing } from "../support/containing.ts";
import { removeStack } from "../support/docker.ts";
import { connectPage, type PageSocket } from "../support/page-socket.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { idleService, smallService } from "../support/small-app.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `health-${process.pid}`;

interface Seen {
    readonly health: DeploymentHealth;
    /** When it came, in milliseconds. */
    readonly at: number;
}

/** A healthy stack that gets one sick release after the other, and goes back each time. */
describe("health in depth", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let page: PageSocket;
    let port: number;
    let first: Deployment;
    const seen: Seen[] = [];

    beforeAll(async () => {
        server = await startServer({ CICD_STABILITY_SECONDS: "4" });
        rest = createRest(server);
        repository = await createWorkRepository();
        page = await connectPage(server);
        page.onPush((event, payload) => {
            if (event === "deploymentHealthUpdate") {
                seen.push({ health: DeploymentHealth.parse(payload), at: Date.now() });
            }
        });
        port = await freePort();
        const environmentVariables = [{ name: "WORD", value: "sesame-open", secret: true }];
        const config = { healthCheckTimeout: 20, environmentVariables };
        await repository.commit({ "README.md": "app\n" }, "start");
        await rest.connect(stack, { url: repository.url, branch: "main" }, config);
        first = await deploy("");
    });

    afterAll(async () => {
        page.close();
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    function files(more: string): Record<string, string> {
        return { "compose.yaml": `services:\n${smallService("web", { port, version: "one" })}${more}` };
    }

    function service(name: string, script: string, more = ""): string {
        return `  ${name}:
    image: cicd/busybox:1
    init: true
    stop_grace_period: 1s
    command: ["sh", "-c", ${JSON.stringify(script).replaceAll("$", () => "$$")}]
${more}`;
    }

    async function deploy(more: string): Promise<Deployment> {
        await repository.commit(files(more), "change");
        const { id } = await rest.deploy(stack);
        return rest.ended(id);
    }

    function looks(id: string, name: string): readonly ServiceProgress[] {
        return seen
            .filter(({ health }) => health.deploymentId === id)
            .flatMap(({ health }) => health.services.filter((one) => one.service === name));
    }

    it("shows how each service comes up, and can be asked for by a page that comes later", async () => {
        expect(first).toMatchObject({ status: "successful" });
        const states = looks(first.id, "web").map(({ state }) => state);
        expect(states[0]).toMatch(/starting|healthy/);
        expect(states.at(-1)).toBe("healthy");
        const last = seen.findLast(({ health }) => health.deploymentId === first.id)?.health;
        expect(last).toMatchObject({ stackName: stack, ended: true, stable: { wanted: 4 } });
        const asked = await page.agent("getDeploymentHealth", first.id);
        expect(asked).toMatchObject({ ok: true, health: { ended: true, services: [{ service: "web" }] } });
        const over = await rest.call("GET", `/deployments/${first.id}/health`);
        expect(over).toMatchObject({ status: 200, body: { health: { deploymentId: first.id } } });
    });

    it.each([
        ["that dies at once", "echo going down; exit 3", "always", "3"],
        ["that lives for two seconds", "sleep 2; echo going down; exit 4", "unless-stopped", "4"],
        ["that lives for two seconds, and is not allowed to do so for ever", "sleep 2; exit 5", "on-failure:9", "5"],
    ])("sees a crash loop %s within 5 s of its second start", async (_, script, policy, code) => {
        const starts = await followStarts("loop");
        const ended = await deploy(service("loop", script, `    restart: ${policy}\n`));
        const times = await starts.stop();

        expect(ended).toMatchObject({ status: "rolled_back", errorCode: "unhealthy" });
        expect(ended.error).toBe(`loop keeps restarting: it exited with code ${code} and was started again.`);
        const noticed = seen.find(({ health }) => health.deploymentId === ended.id && health.ended)?.at ?? Infinity;
        const after = (noticed - (times[1] ?? 0)) / 1000;
        process.stdout.write(`A crash loop (${script}) is noticed ${after.toFixed(2)} s after its second start.\n`);
        expect(after).toBeLessThan(5);
        expect(looks(ended.id, "loop").at(-1)).toMatchObject({ state: "restarting", verdict: "failed" });
    });

    it("says that a container ran out of memory", async () => {
        const hungry = service(
            "hungry",
            "x=$(head -c 90000000 /dev/zero | tr '\\0' a); sleep 9",
            "    mem_limit: 20m\n",
        );

        const ended = await deploy(hungry.replace("    init: true\n", ""));

        expect(ended).toMatchObject({ status: "rolled_back", errorCode: "unhealthy" });
        expect(ended.error).toBe(
            "hungry exited with code 137 (out of memory: raise its memory limit, or let it use less).",
        );
    });

    it("says that a command was not found, and what to look at", async () => {
        const ended = await deploy(service("lost", "exec no-such-program"));

        expect(ended.error).toContain("lost exited with code 127 (its command was not found: look at command");
    });

    it("takes a one-shot that fails for what it is at once, and shows what it wrote, without secrets", async () => {
        const script =
            "echo to-stdout $WORD; echo to-stderr >&2; i=0; while [ $i -lt 150 ]; do echo line $i; i=$((i+1)); done; exit 7";
        const more = '    labels: ["cicd.one-shot=true"]\n    environment: {WORD: "${WORD}"}\n';

        const ended = await deploy(service("job", script, more));

        expect(ended).toMatchObject({
            status: "rolled_back",
            errorCode: "unhealthy",
            error: "job exited with code 7.",
        });
        const log = await rest.log(ended.id);
        expect(log).toContain(`Last output of ${stack}-job-1:`);
        expect(log.match(/line \d+|to-std(out|err)/g)).toHaveLength(100);
        expect(log).toContain("line 149");
        expect(log).not.toContain("sesame-open");
        const began = (name: string) => Date.parse(ended.phases.find(({ phase }) => phase === name)?.startedAt ?? "");
        expect(began("rolling_back") - began("verifying")).toBeLessThan(3000);
    });

    it("shows the output of every service that fails, not only of the first", async () => {
        const broken = (name: string) => service(name, `echo last words of ${name} $WORD; exit 1`);
        const more = '    environment: {WORD: "${WORD}"}\n';

        const ended = await deploy(`${broken("a")}${more}${broken("b")}${more}`);

        expect(ended.error).toBe("a exited with code 1. Failed too: b.");
        const log = await rest.log(ended.id);
        expect(log).toContain("last words of a ***");
        expect(log).toContain("last words of b ***");
    });

    it("shows what a health check says while it is waited for, and when it fails", async () => {
        const check = `    healthcheck:
      test: ["CMD-SHELL", "echo no table yet $$WORD; exit 1"]
      interval: 500ms
      retries: 6
`;
        const more = `    environment: {WORD: "\${WORD}"}\n${check}`;

        const ended = await deploy(idleService("slow", more));

        expect(ended).toMatchObject({ status: "rolled_back", errorCode: "unhealthy" });
        expect(ended.error).toBe("slow is unhealthy: its health check fails (exit code 1: no table yet ***).");
        const progress = looks(ended.id, "slow");
        expect(progress.map(({ state }) => state)).toContain("starting");
        expect(progress.at(-1)).toMatchObject({
            state: "unhealthy",
            check: { exitCode: 1, output: "no table yet ***" },
        });
        expect(await rest.log(ended.id)).toContain(`Last health check of ${stack}-slow-1 ended with exit code 1:`);
        const times = seen
            .filter(({ health }) => health.deploymentId === ended.id && !health.ended)
            .map(({ at }) => at);
        expect(times.length / Math.max(1, ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000)).toBeLessThan(6);
    });

    it("tells that a health check has not been run yet when all the time is over", async () => {
        await rest.call("PUT", `/stacks/${stack}/build-config`, { healthCheckTimeout: 2 });
        const check = '    healthcheck: {test: ["CMD", "true"], interval: 60s}\n';

        const ended = await deploy(idleService("late", check));

        expect(ended.error).toEqual(containing("late is starting"));
        expect(ended.error).toEqual(containing("Its health check was not run yet: it first is after 60 s"));
    });

    /** When a service's container was started, by the engine. */
    async function followStarts(name: string) {
        const labels = [`label=com.docker.compose.project=${stack}`, `label=com.docker.compose.service=${name}`];
        const filters = [...labels, "event=start", "type=container"].flatMap((filter) => ["--filter", filter]);
        const child = spawn("docker", ["events", ...filters, "--format", "{{.TimeNano}}"]);
        const times: number[] = [];
        createInterface({ input: child.stdout }).on("line", (line) => times.push(Number(line) / 1e6));
        await once(child, "spawn");
        return {
            async stop(): Promise<readonly number[]> {
                const gone = once(child, "exit");
                child.kill("SIGTERM");
                await gone;
                return times;
            },
        };
    }
});
