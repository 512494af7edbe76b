import { mkdir } from "node:fs/promises";
import { diskFiles } from "../../backend/cicd/adapters/disk/files.ts";
import type { Machine } from "../../backend/cicd/core/machine.ts";
import type { LockAnswer } from "../../backend/cicd/core/remote-lock.ts";
import type { RemoteFiles } from "../../backend/cicd/core/remote-machine.ts";
import { crossingFiles } from "../../backend/cicd/services/crossing-files.ts";
import { createFakeEngine } from "./fake-engine.ts";
import { createFakeTarget } from "./fake-target.ts";

/** Another machine whose files lie in a directory of this one; what is done to it is written down. */
export async function createFakeRemote(directory: string) {
    await mkdir(directory, { recursive: true });
    const engine = createFakeEngine();
    const target = createFakeTarget();
    const done: string[] = [];
    const answers: LockAnswer[] = [];
    const renewals: boolean[] = [];
    const files: RemoteFiles = {
        ...diskFiles,
        async upload(from, to, path) {
            done.push(`upload ${path}`);
            await diskFiles.copy(from, to, path);
        },
        async download(from, to, path) {
            done.push(`download ${path}`);
            await diskFiles.copy(from, to, path);
        },
    };
    const taken: LockAnswer = {
        taken: true,
        lease: { renew: async () => renewals.shift() ?? true, release: async () => void done.push("released") },
    };
    const remote = {
        images: {
            async send(images) {
                done.push(...images.map(({ name }) => `send ${name}`));
                return images.map(({ name }) => name);
            },
        },
        lock: { take: async () => answers.shift() ?? taken },
    } satisfies Machine["remote"];
    const machine = {
        id: "t1",
        name: "second",
        engine,
        target,
        files: crossingFiles(diskFiles, files, directory),
        probe: { status: async () => undefined },
        stackDirectory: async () => directory,
        createStackDirectory: async () => undefined,
        remote,
    } satisfies Machine;
    return { machine, engine, target, done, answers, renewals, directory };
}
