import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine } from "../../backend/cicd/adapters/docker/engine.ts";
import { createDockerExecutor } from "../../backend/cicd/adapters/executor/docker-executor.ts";
import { tryName } from "../../backend/cicd/adapters/executor/names.ts";
import { connectDocker } from "../../backend/platform/docker/client.ts";
import { docker } from "./docker.ts";
import type { ExecutorPlace } from "./executor-contract.ts";

export const jobImage = "cicd/busybox:1";

type Given = Partial<Parameters<typeof createDockerExecutor>[0]>;

/** The test bed's engine as a place for jobs; `host` in the place of DOCKER_HOST. */
export async function dockerPlace(given: Given = {}, host = process.env["DOCKER_HOST"]): Promise<ExecutorPlace> {
    const client = connectDocker({ host });
    const workspace = await mkdtemp(join(tmpdir(), "executor-workspace-"));
    return {
        image: jobImage,
        workspace,
        open: () => createDockerExecutor({ ...dockerPorts(client), ...given }),
        async untilEnded(task) {
            await docker("wait", tryName(task));
        },
        close: () => rm(workspace, { recursive: true, force: true }),
    };
}

/** What an executor of the test bed's engine is made of. */
export function dockerPorts(client = connectDocker({ host: process.env["DOCKER_HOST"] })) {
    return {
        ...{ docker: client, engine: createEngine(client), findOwnContainer: async () => undefined },
        ...{ serverName: `test-${process.pid}`, readySeconds: 60, awaySeconds: 60 },
    };
}
