import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { docker } from "../../test/support/docker.ts";

const composeFile = `services:
  web:
    image: cicd/busybox:1
    command: sleep 100000
`;

const atOnce = 4;

/** Stacks in folders of their own, the first of which run. */
export interface ManyStacks {
    readonly folder: string;
    /** Stack → id of its container. */
    readonly running: ReadonlyMap<string, string>;
    /** A stack's folder with a compose file. */
    add(name: string): Promise<void>;
    take(name: string): Promise<void>;
    /** Removes containers and folders. */
    close(): Promise<void>;
}

/** Containers carry the labels that Compose would give them; the names are this process's own. */
export async function manyStacks(count: number, runningCount: number): Promise<ManyStacks> {
    const folder = await mkdtemp(join(tmpdir(), "cicd-bench-scale-"));
    const label = `cicd.bench=scale-${String(process.pid)}`;
    const names = Array.from({ length: count }, (_, index) => nameOf(index + 1));
    const running = new Map<string, string>();
    const many: ManyStacks = {
        folder,
        running,
        async add(name) {
            await mkdir(join(folder, name));
            await writeFile(join(folder, name, "compose.yaml"), composeFile);
        },
        take: (name) => rm(join(folder, name), { recursive: true }),
        async close() {
            await removeContainers(label);
            await rm(folder, { recursive: true, force: true });
        },
    };
    try {
        await Promise.all(names.map(many.add));
        const waiting = names.slice(0, runningCount);
        const startNext = async (): Promise<void> => {
            for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
                running.set(name, await startContainer(name, label));
            }
        };
        await Promise.all(Array.from({ length: atOnce }, startNext));
        return many;
    } catch (error) {
        await many.close();
        throw error;
    }
}

export function nameOf(n: number): string {
    return `bench-scale-${String(process.pid)}-${String(n).padStart(3, "0")}`;
}

function startContainer(stack: string, label: string): Promise<string> {
    const labels = [
        label,
        `com.docker.compose.project=${stack}`,
        "com.docker.compose.service=web",
        "com.docker.compose.container-number=1",
        "com.docker.compose.oneoff=False",
    ];
    const flags = ["--name", `${stack}-web-1`, "--network", "none", ...labels.flatMap((one) => ["--label", one])];
    return docker("run", "--detach", ...flags, "cicd/busybox:1", "sleep", "100000");
}

/** In one go, so that an engine that is busy removes several at once. */
async function removeContainers(label: string): Promise<void> {
    const ids = (await docker("ps", "-aq", "--filter", `label=${label}`)).split("\n").filter(Boolean);
    if (ids.length > 0) {
        await docker("rm", "--force", "--volumes", ...ids);
    }
}
