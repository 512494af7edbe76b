import type { ContainerState, Engine } from "../core/engine.ts";
import { composeLabels } from "../core/engine.ts";
import type { Files } from "../core/files.ts";
import type { ReleaseStore } from "../core/release.ts";
import type { Plan } from "./plan-release.ts";
import { inspectStack } from "./verify-release.ts";

export interface NoteAppliedPorts {
    readonly engine: Engine;
    readonly files: Pick<Files, "readText">;
    readonly releases: Pick<ReleaseStore, "update">;
    readonly hash: (text: string) => string;
}

/** Notes in a release what applying it has made of the containers, so that later changes by hand can be told. */
export async function noteApplied(ports: NoteAppliedPorts, stack: string, plan: Plan): Promise<void> {
    const states = await inspectStack(ports.engine, stack);
    const services = plan.wanted.map(({ service }) => service).filter((service) => !plan.tied.has(service));
    const hashes = services.flatMap((service) => {
        const hash = commonHash(states.filter((state) => state.service === service));
        return hash === undefined ? [] : [[service, hash] as const];
    });
    await ports.releases.update({
        ...plan.release,
        applied: {
            configHashes: Object.fromEntries(hashes),
            environmentHash: await environmentHash(ports, plan.stackDirectory),
        },
    });
}

/** Tells whether a stack's `.env` is still the same. */
export async function environmentHash(
    ports: Pick<NoteAppliedPorts, "files" | "hash">,
    stackDirectory: string,
): Promise<string> {
    return ports.hash((await ports.files.readText(stackDirectory, ".env")) ?? "");
}

function commonHash(states: readonly ContainerState[]): string | undefined {
    const [hash, ...others] = new Set(states.map(({ labels }) => labels[composeLabels.configHash]));
    return others.length === 0 ? hash : undefined;
}
