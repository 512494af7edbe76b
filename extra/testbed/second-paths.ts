import { join } from "node:path";

import type { TestbedPaths } from "./paths.ts";

/** Where the bed's second Docker host keeps its things: a bed within the bed, with the same programs. */
export interface SecondPaths extends TestbedPaths {
    /** The file that holds the host's network namespace. */
    readonly namespace: string;
    /** This machine's end of the cable to it. */
    readonly link: string;
}

/** The group whose members may use the second host's engine. */
export const DOCKER_GROUP = 64_002;

/** The second host of a bed. */
export function secondPaths(paths: TestbedPaths): SecondPaths {
    const bed = join(paths.bed, "second");
    const run = `${paths.run}2`;
    return {
        ...paths,
        bed,
        run,
        data: join(bed, "data"),
        socket: join(run, "docker.sock"),
        pidFile: join(run, "dockerd.pid"),
        execRoot: join(run, "exec"),
        daemonConfig: join(bed, "daemon.json"),
        log: join(bed, "log", "dockerd.log"),
        state: join(bed, "state.json"),
        lock: join(paths.bed, "lock.second"),
        cgroup: `${paths.cgroup}/second`,
        namespace: join(bed, "network"),
        link: `${paths.bridge}s`,
    };
}
