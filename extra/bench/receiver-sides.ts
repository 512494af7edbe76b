import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { payloadAddresses } from "../../test/support/provider-pushes.ts";
import { removeStack } from "../../test/support/docker.ts";
import { followLog } from "../../test/support/follow-log.ts";
import { startGitServer } from "../../test/support/git-server.ts";
import { createRest } from "../../test/support/rest.ts";
import { startServer } from "../../test/support/server.ts";
import { createWorkRepository } from "../../test/support/work-repository.ts";

export const secret = "the secret of both sides";

/** Something that takes GitHub's deliveries at an address. */
export interface Receiver {
    readonly name: string;
    readonly url: string;
    readonly processId: number;
    close(): Promise<void>;
}

export async function bareReceiver(): Promise<Receiver> {
    const folder = await mkdtemp(join(tmpdir(), "cicd-bench-bare-"));
    const program = join(import.meta.dirname, "bare-receiver.ts");
    const child = spawn(process.execPath, ["--import", "tsx", program, folder, secret], {
        stdio: ["ignore", "pipe", "inherit"],
    });
    const line: Promise<unknown[]> = once(createInterface({ input: child.stdout }), "line");
    const [port] = await line;
    return {
        name: "bare receiver",
        url: `http://127.0.0.1:${String(port)}/webhook`,
        processId: child.pid ?? 0,
        async close() {
            await end(child);
            await rm(folder, { recursive: true, force: true });
        },
    };
}

/** Never gets healthy, so that a deployment of it goes on while the deliveries come. */
const neverHealthy = `services:
  web:
    image: cicd/busybox:1
    init: true
    stop_grace_period: 1s
    command: ["sleep", "10000"]
    healthcheck: {test: ["CMD", "false"], interval: 5s, start_period: 3000s}
`;

/** The product, while a deployment runs: every push waits behind it, in the place of the one before. */
export async function productReceiver(): Promise<Receiver> {
    const stack = `bench-burst-${String(process.pid)}`;
    const server = await startServer();
    const repository = await createWorkRepository();
    await repository.commit({ "compose.yaml": neverHealthy }, "start");
    const forge = await startGitServer({ root: dirname(repository.bareDirectory) });
    const rest = createRest(server);
    const given = {
        url: `${forge.url}/${basename(repository.bareDirectory)}`,
        branch: "main",
        provider: "github",
        webhookSecret: secret,
    };
    const config = { healthCheckTimeout: 3600 };
    const { id } = await rest.connect(stack, { ...given, aliases: payloadAddresses }, config);
    const { id: running } = await rest.deploy(stack);
    await followLog(server, running, (line) => line.includes('"verifying"'));
    return {
        name: "dockge-cicd",
        url: `${server.url}/api/webhooks/github/${id}`,
        processId: server.processId(),
        async close() {
            await server.stop();
            await removeStack(stack);
            await forge.close();
            await repository.remove();
        },
    };
}

async function end(child: ChildProcess): Promise<void> {
    const gone = once(child, "exit");
    child.kill();
    await gone;
}
