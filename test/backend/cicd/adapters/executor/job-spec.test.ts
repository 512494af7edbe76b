import { expect, it } from "vitest";
import { jobSpec, serviceSpec } from "../../../../../backend/cicd/adapters/executor/job-spec.ts";
import type { JobTask } from "../../../../../backend/cicd/core/job-executor.ts";
import { describeContainer } from "../../../../../backend/platform/docker/container-spec.ts";

const task: JobTask = {
    ...{ runId: "r1", jobId: "j1", attempt: 2, name: "unit tests", image: "node:20", pullPolicy: "missing" },
    ...{ loginFor: () => undefined, script: "npm test", environment: { CI: "true" }, services: [] },
    ...{ workspace: "/data/w", timeoutSeconds: 5, limits: { processes: 9, cpus: 0.5, memoryBytes: 1e8 } },
    engineSocket: false,
};

it("describes a job's container: named for its try, labelled, bounded, without rights", () => {
    expect(describeContainer(jobSpec("server", task, { workspace: "/host/w" }))).toMatchObject({
        name: "cicd-j1-2",
        Image: "node:20",
        Entrypoint: ["sh"],
        Cmd: ["-c", "npm test"],
        Env: ["CI=true"],
        WorkingDir: "/workspace",
        Labels: { "cicd.pipeline": "r1", "cicd.job": "j1", "cicd.attempt": "2", "cicd.server": "server" },
        Healthcheck: { Test: ["NONE"] },
        HostConfig: {
            NetworkMode: "cicd-r1",
            Mounts: [{ Type: "bind", Source: "/host/w", Target: "/workspace" }],
            ...{ Init: true, NanoCpus: 5e8, Memory: 1e8, MemorySwap: 1e8, PidsLimit: 9, CapDrop: ["ALL"] },
            CapAdd: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID", "KILL"],
            SecurityOpt: ["no-new-privileges"],
            LogConfig: { Type: "json-file", Config: { "max-size": "268435456", "max-file": "2" } },
        },
    });
});

it("puts the task's entrypoint before the shell", () => {
    const spec = jobSpec("server", { ...task, entrypoint: ["tini", "--"] }, {});
    expect([spec.entrypoint, spec.command]).toEqual([["tini"], ["--", "sh", "-c", "npm test"]]);
});

it.each([
    [undefined, "/workspace"],
    ["app/web", "/workspace/app/web"],
    ["/srv", "/srv"],
])("starts the script of %s in %s", (workingDirectory, expected) => {
    expect(jobSpec("server", { ...task, workingDirectory }, {}).workingDirectory).toBe(expected);
});

it("gives a volume in the place of a folder that the engine does not see, and the socket only where it is asked for", () => {
    const spec = jobSpec("server", task, { socket: "/run/engine.sock" });
    expect(spec.volumes).toEqual(["/workspace"]);
    expect(spec.binds).toEqual([{ source: "/run/engine.sock", target: "/var/run/docker.sock" }]);
    expect(jobSpec("server", task, { workspace: "/w" }).binds).toHaveLength(1);
});

it("describes a service: reached by its name, its own health check asked until time is over", () => {
    const service = { name: "db", image: "postgres:16", environment: {}, command: ["-c", "fsync=off"] };
    const health = { command: ["pg_isready"], intervalSeconds: 2, timeoutSeconds: 1 };
    const described = describeContainer(serviceSpec("server", task, 0, { ...service, health }, 60));
    expect(described).toMatchObject({
        name: "cicd-j1-2-service-1",
        Cmd: ["-c", "fsync=off"],
        Healthcheck: { Test: ["CMD", "pg_isready"], Interval: 2e9, Timeout: 1e9, Retries: 31 },
        HostConfig: { NetworkMode: "cicd-j1-2-services", Mounts: [], PidsLimit: 9 },
        NetworkingConfig: { EndpointsConfig: { "cicd-j1-2-services": { Aliases: ["db"] } } },
    });
    expect(described).not.toHaveProperty("Entrypoint");
    expect(describeContainer(serviceSpec("server", task, 0, service, 60))).not.toHaveProperty("Healthcheck");
});
