import type Dockerode from "dockerode";
import { z } from "zod";
import { call } from "./call.ts";

export interface DockerBuildCache {
    /** What it takes, in bytes; undefined where the engine does not say. */
    bytes(): Promise<number | undefined>;
    /** Removes what was not used for a day, the oldest first, until it takes no more; answers the bytes freed. */
    bound(mostBytes: number): Promise<number>;
    /** Removes what no image needs; answers the bytes freed. */
    prune(): Promise<number>;
}

const Usage = z.object({
    BuildCache: z.array(z.object({ Size: z.number().default(0), Shared: z.boolean().default(false) })).nullish(),
    /** Engines from API 1.52 on. */
    BuildCacheUsage: z.object({ TotalSize: z.number().optional() }).nullish(),
});
const Pruned = z.object({ SpaceReclaimed: z.number().default(0) });

const usageSeconds = 60;
const pruneSeconds = 600;

export function dockerBuildCache(docker: Dockerode): DockerBuildCache {
    return {
        async bytes() {
            const options = { type: "build-cache" };
            const { BuildCache, BuildCacheUsage } = Usage.parse(
                await ask(docker, { method: "GET", path: "/system/df?", options }, usageSeconds),
            );
            const total = BuildCacheUsage?.TotalSize;
            const own = BuildCache?.filter(({ Shared }) => !Shared).map(({ Size }) => Size);
            return total ?? own?.reduce((sum, bytes) => sum + bytes, 0);
        },
        async bound(mostBytes) {
            // The one name is known to engines before API 1.48, the other to those after.
            const bounds = { "keep-storage": mostBytes, "reserved-space": mostBytes, "max-used-space": mostBytes };
            const options = { ...bounds, filters: { until: { "24h": true } } };
            const answer = await ask(docker, { method: "POST", path: "/build/prune?", options }, pruneSeconds);
            return Pruned.parse(answer).SpaceReclaimed;
        },
        async prune() {
            const answer = await ask(docker, { method: "POST", path: "/build/prune?", options: {} }, pruneSeconds);
            return Pruned.parse(answer).SpaceReclaimed;
        },
    };
}

interface Request {
    readonly method: "GET" | "POST";
    readonly path: string;
    readonly options: object;
}

/** The library's own calls for these leave the options out. */
function ask(docker: Dockerode, request: Request, seconds: number): Promise<unknown> {
    const statusCodes = { 200: true, 400: "bad parameter", 500: "server error" };
    return call(
        (abortSignal) =>
            new Promise((resolve, reject) => {
                docker.modem.dial({ ...request, abortSignal, statusCodes }, (error: unknown, answer: unknown) => {
                    if (error === null || error === undefined) {
                        resolve(answer);
                        return;
                    }
                    reject(error instanceof Error ? error : new Error("the engine gave no answer"));
                });
            }),
        seconds,
    );
}
