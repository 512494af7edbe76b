import { createHash } from "node:crypto";
import { join, resolve } from "node:path";

/** Where one checkout's test bed keeps its things, and the names that it uses outside of its folder. */
export interface TestbedPaths {
    /** The bed's own folder; everything below lies in it unless said otherwise. */
    readonly bed: string;
    /** Downloaded packages and package lists; outlives `down`. */
    readonly cache: string;
    /** The engine's packages, unpacked; outlives `down`. */
    readonly root: string;
    /** The browser's packages, unpacked; outlives `down`. */
    readonly browser: string;
    /** What goes in front of a user's PATH: the `docker` program. */
    readonly bin: string;
    /** What goes in front of the daemon's PATH: programs that need the bed's own libraries. */
    readonly sbin: string;
    /** Images, containers, volumes of the private engine; removed by `down`. */
    readonly data: string;
    /** Socket, pid file, exec root. Outside the bed where the checkout's path is too long for a socket. */
    readonly run: string;
    readonly socket: string;
    readonly pidFile: string;
    readonly execRoot: string;
    readonly daemonConfig: string;
    readonly dockerConfig: string;
    readonly log: string;
    readonly state: string;
    readonly lock: string;
    /** The bridge's interface name, unique for the checkout. */
    readonly bridge: string;
    /** The control group under which all containers of the bed run, unique for the checkout. */
    readonly cgroup: string;
}

const LONGEST_SOCKET_PATH = 107;
/** With the digit that the second host's folder has in its name. */
const LONGEST_SOCKET_NAME = "2/exec/containerd/containerd-debug.sock.ttrpc";

/** The paths and names of the bed that belongs to a checkout (by default the one that this file lies in). */
export function testbedPaths(checkout: string = resolve(import.meta.dirname, "../..")): TestbedPaths {
    const hash = createHash("sha256").update(checkout).digest("hex").slice(0, 8);
    const bed = join(checkout, ".testbed");
    const run = runFolder(bed, hash);
    return {
        bed,
        cache: join(bed, "cache"),
        root: join(bed, "root"),
        browser: join(bed, "browser"),
        bin: join(bed, "bin"),
        sbin: join(bed, "sbin"),
        data: join(bed, "data"),
        run,
        socket: join(run, "docker.sock"),
        pidFile: join(run, "dockerd.pid"),
        execRoot: join(run, "exec"),
        daemonConfig: join(bed, "daemon.json"),
        dockerConfig: join(bed, "docker"),
        log: join(bed, "log", "dockerd.log"),
        state: join(bed, "state.json"),
        lock: join(bed, "lock"),
        bridge: `cicd${hash}`,
        cgroup: `cicd-testbed-${hash}`,
    };
}

/** A Unix socket's path may have 107 bytes, so a deep checkout gets a short folder elsewhere. */
function runFolder(bed: string, hash: string): string {
    const inside = join(bed, "run");
    const fits = Buffer.byteLength(inside + LONGEST_SOCKET_NAME) <= LONGEST_SOCKET_PATH;
    return fits ? inside : `/run/cicd-bed-${hash}`;
}
