import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createRest } from "../../test/support/rest.ts";
import { startServer } from "../../test/support/server.ts";
import { processTree, residentMegabytes } from "./process-memory.ts";
import type { Row } from "./table.ts";

const stacks = 50;
const settleMs = 20_000;

const composeFile = `services:
  web:
    image: cicd/busybox:1
    command: sleep 100000
    ports: ["8080"]
`;

/** What the server and every process that it keeps take, after it has listed its stacks and been left alone. */
export async function measureMemory(say: (text: string) => void): Promise<readonly Row[]> {
    const folder = await mkdtemp(join(tmpdir(), "cicd-bench-stacks-"));
    await writeStacks(folder);
    const server = await startServer({ DOCKGE_STACKS_DIR: folder });
    try {
        await createRest(server).call("GET", "/stacks?limit=200");
        say(`${String(stacks)} stacks are listed; letting the server rest …`);
        await sleep(settleMs);
        const pids = processTree(server.processId());
        const measured = `${residentMegabytes(pids).toFixed(0)} MB in ${String(pids.length)} processes`;
        const figure = `memory of all processes, idle, ${String(stacks)} stacks`;
        return [{ figure, measured, baseline: "stock Dockge 1.5.0: 184 MB", aim: "≤ 110 MB" }];
    } finally {
        await server.stop();
        await rm(folder, { recursive: true, force: true });
    }
}

async function writeStacks(folder: string): Promise<void> {
    for (let n = 1; n <= stacks; n += 1) {
        const stack = join(folder, `stack-${String(n).padStart(2, "0")}`);
        await mkdir(stack, { recursive: true });
        await writeFile(join(stack, "compose.yaml"), composeFile);
    }
}
