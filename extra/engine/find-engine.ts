import { bringUp, takeDown } from "../testbed/testbed.ts";
import { readTestbed, testbedEnvironment } from "../testbed/state.ts";
import { TestbedUnavailable } from "../testbed/unavailable.ts";
import type { EngineChoice } from "./choice.ts";
import { dockerInfo } from "./docker-info.ts";
import { ensureOwnImages } from "./own-images.ts";

/**
 * The engine that `docker info` reaches, else the project's test bed, which is brought up. Where that cannot be either,
 * the reason is told; nothing is thrown for it.
 */
export async function findEngine(say: (text: string) => void): Promise<EngineChoice> {
    const info = await dockerInfo();
    try {
        if (info.usable) {
            await ensureOwnImages(say);
            return {
                kind: "own",
                description: `this machine's own, ${info.version}`,
                environment: {},
                release: () => Promise.resolve(),
            };
        }
        say(`${info.reason}: using the project's test bed.`);
        return await useTestbed(say);
    } catch (error) {
        if (!(error instanceof TestbedUnavailable)) {
            throw error;
        }
        return { kind: "none", reason: info.usable ? error.message : `${info.reason}. ${error.message}` };
    }
}

async function useTestbed(say: (text: string) => void): Promise<EngineChoice> {
    const wasUp = readTestbed() !== undefined;
    const testbed = await bringUp(say);
    const keep = wasUp || process.env["CICD_KEEP_TESTBED"] === "1";
    return {
        kind: "testbed",
        description: "the test bed",
        environment: testbedEnvironment(testbed),
        release: () => (keep ? Promise.resolve() : takeDown()),
    };
}
