import { describe, expect, it } from "vitest";
import type { WantedService } from "../../../../backend/cicd/compose/health.ts";
import { composeLabels, type ContainerState } from "../../../../backend/cicd/core/engine.ts";
import { AppError } from "../../../../common/errors.ts";
import { DeploymentFailure } from "../../../../backend/cicd/core/failure.ts";
import type { HealthCheck } from "../../../../backend/cicd/core/release.ts";
import { findAddress } from "../../../../backend/cicd/services/health-probe.ts";
import { inspectStack, verifyRelease } from "../../../../backend/cicd/services/verify-release.ts";
import type { DeploymentHealth } from "../../../../common/schema/deployment-health.ts";
import { containerState } from "../../../support/containers.ts";
import { containing } from "../../../support/containing.ts";
import { createRushingClock } from "../../../support/rushing-clock.ts";
import { beginRun, deploymentAt, openWorkshop } from "../../../support/workshop.ts";

const web: WantedService = { service: "web", imageId: "sha256:new", oneShot: false };
const published = [{ containerPort: 80, host: "127.0.0.1", hostPort: 8080 }];

interface Given {
    readonly services?: readonly WantedService[];
    readonly healthCheck?: HealthCheck;
    readonly signal?: AbortSignal;
}

/** A stack that is watched on a clock that runs by itself. The window is 10 s, the time to become healthy 60 s. */
async function open(...states: readonly ContainerState[]) {
    const workshop = await openWorkshop();
    const clock = createRushingClock();
    const asked: string[] = [];
    const played = { status: (): number | undefined => 200, hangs: false };
    workshop.engine.add(...states);
    const probe = {
        status: async (url: string) => {
            asked.push(url);
            return played.hangs ? new Promise<undefined>(() => undefined) : played.status();
        },
    };
    const run = await beginRun(workshop, await deploymentAt(workshop, "deploying"), { secret: "sesame" });
    const looks: DeploymentHealth[] = [];
    const healths = { note: (health: DeploymentHealth) => void looks.push(health) };
    const verify = ({ services = [web], healthCheck = { timeoutSeconds: 60 }, signal = run.signal }: Given = {}) =>
        verifyRelease({ ...workshop, clock, probe, stabilitySeconds: 10, healths }, run, {
            stack: "shop",
            services,
            healthCheck,
            signal,
        });
    /** Changes the container of a service when so many milliseconds have passed. */
    const changes: [number, Partial<ContainerState>][] = [];
    clock.onTick = (passed) => {
        for (const [, change] of changes.filter(([when]) => when === passed)) {
            const state = containerState({ ...workshop.engine.containers.get("c1"), ...change });
            workshop.engine.add(state);
        }
    };
    const log = (): readonly string[] => workshop.logs.texts(run.id);
    return { ...workshop, clock, asked, played, verify, changes, log, looks };
}

describe("a release is healthy", () => {
    it("when it was so for the whole stability window", async () => {
        const { verify, clock } = await open(containerState({}));

        await verify();

        expect(clock.passed()).toBe(10_000);
    });

    it("when its health check passes late, and it then stays so", async () => {
        const { verify, clock, changes, log } = await open(containerState({ health: "starting" }));
        changes.push([42_000, { health: "healthy" }]);

        await verify();

        expect(clock.passed()).toBe(52_000);
        expect(log()).toEqual([
            containing("Waiting: web is starting"),
            "Every service is healthy; watching for 10 s that it stays so",
        ]);
    });

    it("when it became so at the last moment", async () => {
        const { verify, changes, clock } = await open(containerState({ health: "starting" }));
        changes.push([60_000, { health: "healthy" }]);

        await verify();

        expect(clock.passed()).toBe(70_000);
    });

    it("when one-shot services ended well", async () => {
        const job = containerState({ id: "j", service: "job", status: "exited" });
        const { verify } = await open(containerState({}), job);

        await verify({ services: [web, { service: "job", oneShot: true }] });
    });
});

describe("a release is not healthy", () => {
    it("when a container exits: its last words are shown", async () => {
        const { verify, changes, log, clock } = await open(containerState({}));
        changes.push([3000, { status: "exited", exitCode: 3 }]);

        await expect(verify()).rejects.toMatchObject({ errorCode: "unhealthy", message: "web exited with code 3." });

        expect(clock.passed()).toBe(3000);
        expect(log().slice(-2)).toEqual(["Last output of shop-web-1:", "last words of c1"]);
    });

    it("shows the output of every service that failed, and names them all", async () => {
        const db = containerState({ id: "d", name: "shop-db-1", service: "db", status: "exited", exitCode: 2 });
        const queue = containerState({ id: "q", service: "queue", health: "starting" });
        const { verify, log } = await open(containerState({ status: "exited", exitCode: 127 }), db, queue);
        const services = ["web", "db", "queue"].map((service) => ({ service, oneShot: false }));

        const message = containing(
            "look at command and entrypoint, and whether the image holds the program). Failed too: db.",
        );
        await expect(verify({ services })).rejects.toMatchObject({ message });

        expect(log().filter((line) => line.startsWith("last words"))).toEqual(["last words of c1", "last words of d"]);
    });

    it("shows what the health check said, and writes no line that is too long", async () => {
        const lastCheck = { exitCode: 1, output: "no table\n" };
        const { verify, engine, log } = await open(containerState({ health: "unhealthy", lastCheck }));
        engine.tailLogs = async () => [{ stream: "stderr", text: "x".repeat(100_000) }];

        const message = containing("its health check fails (exit code 1: no table)");
        await expect(verify()).rejects.toMatchObject({ message });

        expect(log().slice(-2)).toEqual(["Last health check of shop-web-1 ended with exit code 1:", "no table"]);
        expect(Math.max(...log().map((line) => line.length))).toBeLessThan(3000);
    });

    it("is told why also where the output cannot be read", async () => {
        const { verify, engine, log } = await open(containerState({ status: "exited", exitCode: 1 }));
        engine.tailLogs = () => Promise.reject(new AppError("invalid", "the log driver does not support reading"));

        await expect(verify()).rejects.toMatchObject({ message: "web exited with code 1." });

        expect(log().at(-1)).toContain("cannot be read: the log driver");
    });

    it("when its health check is first run after all the time is over, which is told", async () => {
        const { verify } = await open(containerState({ health: "starting", firstCheckSeconds: 90 }));

        const message = containing("it first is after 90 s");
        await expect(verify()).rejects.toMatchObject({ message });
    });

    it("tells how a container that runs again has ended, by the engine's events", async () => {
        const { verify, engine, changes } = await open(containerState({ restartPolicy: "always" }));
        const labels = { [composeLabels.project]: "shop", exitCode: "137" };
        engine.watch = ({ onEvent }) => {
            onEvent({ action: "oom", containerId: "c1", labels });
            onEvent({ action: "die", containerId: "c1", labels });
            onEvent({ action: "die", containerId: "c1", labels: { ...labels, [composeLabels.project]: "other" } });
        };
        changes.push([500, { restartCount: 1 }]);

        const message = containing("web keeps restarting: it exited with code 137 (out of memory");
        await expect(verify()).rejects.toMatchObject({ message });
    });

    it("when it is in a crash loop, though it runs whenever it is looked at", async () => {
        const { verify, changes, clock } = await open(containerState({ restartPolicy: "always" }));
        changes.push([9900, { restartCount: 1, startedAt: "2026-01-01T00:00:09Z" }]);

        await expect(verify()).rejects.toMatchObject({ message: containing("keeps restarting") });

        expect(clock.passed()).toBe(9900);
    });

    it("when it restarts over and over, and never runs while it is looked at", async () => {
        const { verify } = await open(containerState({ status: "restarting", exitCode: 1 }));

        await expect(verify()).rejects.toMatchObject({ message: containing("web is restarting") });
    });

    it("when its health check has not passed in time, and the way out is told", async () => {
        const { verify, clock, log } = await open(containerState({ health: "starting" }));

        const message = containing("raise healthCheckTimeout");
        await expect(verify()).rejects.toMatchObject({ errorCode: "unhealthy", message });

        expect(clock.passed()).toBe(70_000);
        expect(log()).toContain("last words of c1");
    });

    it("when it comes and goes for so long that it never stays", async () => {
        const { verify, clock, changes } = await open(containerState({}));
        for (let at = 5000; at < 80_000; at += 5000) {
            changes.push([at, { status: at % 10_000 === 0 ? "running" : "paused" }]);
        }

        await expect(verify()).rejects.toMatchObject({ errorCode: "unhealthy" });

        expect(clock.passed()).toBe(70_000);
    });

    it("when a container is missing", async () => {
        const { verify } = await open();

        await expect(verify()).rejects.toMatchObject({ message: containing("web has 0 of 1 containers") });
    });

    it("when nothing keeps running", async () => {
        const { verify } = await open(containerState({ status: "exited" }));

        const verifying = verify({ services: [{ service: "web", oneShot: true }] });

        await expect(verifying).rejects.toMatchObject({ message: containing("no service keeps running") });
    });

    it("when another image runs", async () => {
        const { verify } = await open(containerState({ imageId: "sha256:old" }));

        await expect(verify()).rejects.toMatchObject({ message: containing("another image") });
    });

    it("when the engine goes away meanwhile, which is told as that", async () => {
        const { verify, clock, engine } = await open(containerState({}));
        clock.onTick = (passed) => void (engine.isAway = passed > 2000);

        await expect(verify()).rejects.toMatchObject({ details: { errorCode: "engine_unavailable" } });
    });
});

describe("healthCheckPath", () => {
    const healthCheck = { path: "/ready", timeoutSeconds: 60 };

    it("has to answer for the whole window: a failing answer begins it anew", async () => {
        const { verify, played, clock, log, asked } = await open(containerState({ ports: published }));
        played.status = () => (clock.passed() < 5000 || clock.passed() === 9000 ? 500 : 204);

        await verify({ healthCheck });

        expect(clock.passed()).toBe(19_100);
        expect(asked[0]).toBe("http://127.0.0.1:8080/ready");
        expect(log()).toContain("Waiting: http://127.0.0.1:8080/ready answers 500");
    });

    it.each([
        [200, true],
        [302, true],
        [399, true],
        [199, false],
        [404, false],
        [undefined, false],
    ])("that answers %s is healthy: %s", async (status, good) => {
        const { verify, played } = await open(containerState({ ports: published }));
        played.status = () => status;

        const verified = await verify({ healthCheck }).then(
            () => true,
            () => false,
        );

        expect(verified).toBe(good);
    });

    it("that hangs keeps nobody from seeing a container die meanwhile", async () => {
        const { verify, clock, changes, played } = await open(containerState({ ports: published }));
        played.hangs = true;
        changes.push([700, { status: "exited", exitCode: 3 }]);

        await expect(verify({ healthCheck })).rejects.toMatchObject({ message: "web exited with code 3." });

        expect(clock.passed()).toBe(700);
    });

    it("is never healthy while an answer is waited for", async () => {
        const { verify, clock, played } = await open(containerState({ ports: published }));
        played.hangs = true;

        await expect(verify({ healthCheck })).rejects.toMatchObject({ message: containing("/ready does not answer") });

        expect(clock.passed()).toBe(70_000);
    });

    it("is told as it was answered last, where the time is over while the next answer is waited for", async () => {
        const { verify, played, asked } = await open(containerState({ ports: published }));
        played.status = () => {
            played.hangs = asked.length === 20;
            return 404;
        };

        await expect(verify({ healthCheck })).rejects.toMatchObject({ message: containing("/ready answers 404") });
    });

    it("that cannot be asked ends it with the reason", async () => {
        const { verify, played } = await open(containerState({ ports: published }));
        played.status = () => {
            throw new AppError("unavailable", "neither curl nor wget", { details: { errorCode: "not_supported" } });
        };

        await expect(verify({ healthCheck })).rejects.toMatchObject({ message: "neither curl nor wget" });
    });

    it("without any published port is told at once, with the way out", async () => {
        const { verify, clock } = await open(containerState({}));

        const message = containing("no service publishes a port");
        await expect(verify({ healthCheck })).rejects.toMatchObject({ errorCode: "unhealthy", message });

        expect(clock.passed()).toBe(0);
    });

    it("is asked only when the containers are healthy", async () => {
        const { verify, asked, clock, changes } = await open(containerState({ health: "starting", ports: published }));
        changes.push([1000, { health: "healthy" }]);
        const seen: number[] = [];
        clock.sleep = ((sleep) => (ms) => {
            seen.push(asked.length);
            return sleep(ms);
        })(clock.sleep);

        await verify({ healthCheck });

        expect(seen.slice(0, 10)).toEqual(Array(10).fill(0));
    });
});

describe("what pages are told", () => {
    it("is every look, without secrets and of bounded length, the last one marked", async () => {
        const lastCheck = { exitCode: 1, output: `${"x".repeat(4000)}\nno sesame here\n` };
        const { verify, looks, changes } = await open(containerState({ health: "starting", lastCheck }));
        changes.push([2000, { health: "healthy" }]);

        await verify({ healthCheck: { timeoutSeconds: 60 } });

        const first = looks[0]?.services[0];
        expect(first).toMatchObject({ service: "web", state: "starting", verdict: "waiting" });
        expect(first?.check?.output).toMatch(/^…x+…\nno \*\*\* here$/);
        expect(first?.check?.output.length).toBeLessThan(600);
        expect(JSON.stringify(looks)).not.toContain("sesame");
        expect(looks.filter(({ ended }) => ended)).toEqual([looks.at(-1)]);
        expect(looks.at(-1)).toMatchObject({
            stable: { seconds: 10, wanted: 10 },
            services: [{ state: "healthy", seconds: 10 }],
        });
    });

    it("names the answer to healthCheckPath", async () => {
        const { verify, looks, clock, played } = await open(containerState({ ports: published }));
        played.status = () => (clock.passed() < 1000 ? 500 : 200);

        await verify({ healthCheck: { path: "/ready", timeoutSeconds: 60 } });

        const answers = [...new Set(looks.map(({ httpCheck }) => `${httpCheck?.answer} ${httpCheck?.good}`))];
        expect(answers).toEqual(["answers 500 false", "answers 200 true"]);
    });
});

describe("the address that is asked", () => {
    const db = { service: "db", oneShot: false };
    const dbState = containerState({
        id: "d",
        service: "db",
        ports: [{ containerPort: 5432, host: "::", hostPort: 15_432 }],
    });
    const webState = containerState({ ports: [...published, { containerPort: 81, host: "", hostPort: 8081 }] });
    const check = (fields: Partial<HealthCheck>): HealthCheck => ({ path: "/", timeoutSeconds: 60, ...fields });

    it.each([
        [{}, "[::1]:15432"],
        [{ service: "web" }, "127.0.0.1:8080"],
        [{ service: "web", port: 81 }, "127.0.0.1:8081"],
        [{ port: 80 }, "127.0.0.1:8080"],
        [{ service: "web", port: 9 }, undefined],
        [{ service: "none" }, undefined],
    ] as const)("of %j is %s", (fields, address) => {
        expect(findAddress(check(fields), [db, web], [webState, dbState])?.address).toBe(address);
    });

    it("is the container's own where service and port are named, but not published", () => {
        const state = containerState({ addresses: ["172.18.0.2"] });

        expect(findAddress(check({ service: "web", port: 3000 }), [web], [state])).toEqual({
            address: "172.18.0.2:3000",
            service: "web",
        });
    });
});

describe("looking at a stack", () => {
    it("leaves one-off containers, those run by hand, other stacks, and what goes meanwhile out", async () => {
        const labels = { [composeLabels.project]: "shop", [composeLabels.oneOff]: "True" };
        const { engine } = await open(
            containerState({}),
            containerState({ id: "once", labels }),
            containerState({
                id: "by-hand",
                labels: { [composeLabels.project]: "shop", [composeLabels.version]: "2.26.1" },
            }),
            containerState({ id: "other", labels: { [composeLabels.project]: "other" } }),
            containerState({ id: "going" }),
        );
        engine.beforeInspect = () => void engine.containers.delete("going");

        expect((await inspectStack(engine, "shop")).map(({ id }) => id)).toEqual(["c1"]);
    });
});

it("being asked to end returns at once: who called knows why", async () => {
    const { verify, clock } = await open(containerState({}));
    const asked = new AbortController();
    clock.onTick = (passed) => (passed === 500 ? asked.abort(new DeploymentFailure("cancelled", "")) : undefined);

    await verify({ signal: asked.signal });

    expect(clock.passed()).toBe(500);
});
