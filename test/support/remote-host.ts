import { execFile, type ExecFileOptions, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { appendFile, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { testbedPaths } from "../../extra/testbed/paths.ts";
import { ensureSecondHost } from "../../extra/testbed/second-host.ts";
import { DOCKER_GROUP } from "../../extra/testbed/second-paths.ts";
import { installedSshd, type Sshd } from "../../extra/testbed/sshd.ts";
import { freePort } from "./server.ts";
import { pathWith } from "./ssh-server.ts";
import { until } from "./until.ts";

/** Nothing that is run here takes so long: a test that waits for ever says nothing of why. */
const run = (program: string, words: readonly string[], options: ExecFileOptions = {}) =>
    promisify(execFile)(program, [...words], { ...options, encoding: "utf8", timeout: 60_000, killSignal: "SIGKILL" });
const bed = testbedPaths();

const guestGroup = 64_003;

/** Who can log in: `root`, one who may use Docker, and one who may not. */
export type RemoteUser = "root" | "deployer" | "guest";

/** The test bed's second Docker host with an SSH server of its own: other tests may use the same host meanwhile. */
export interface RemoteHost {
    readonly address: string;
    readonly port: number;
    /** Where the docker client on this machine finds its engine. */
    readonly dockerHost: string;
    /** A folder for stacks; everybody may write in it. */
    readonly stacks: string;
    authorize(publicKey: string, user?: RemoteUser): Promise<void>;
    /** Lets one more key in. */
    alsoAuthorize(publicKey: string, user?: RemoteUser): Promise<void>;
    /** Makes a folder, as those who log in see it, a disk of its own. */
    mountDisk(directory: string, kibibytes: number): Promise<void>;
    /** `ssh-ed25519 AAAA…` of its host key. */
    hostKey(): Promise<string>;
    changeHostKey(): Promise<void>;
    /** Gives `guest` a `sudo` that asks for nothing, as far as the product uses one; gone with the SSH server. */
    allowSudo(): Promise<void>;
    /** Programs that its users find, from now on. */
    setPath(folders: readonly string[]): Promise<void>;
    /** Drops every packet of its SSH connections, as a broken cable would, until it is mended or closed. */
    cut(): Promise<void>;
    /** Fine where nothing is cut. */
    mend(): Promise<void>;
    /** The docker client, for its engine. */
    docker(...args: readonly string[]): Promise<string>;
    log(): string;
    close(): Promise<void>;
}

export const usualPath = [bed.bin, "/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];

/** Starts it; brings the second host up where it does not run. */
export async function startRemoteHost(images: readonly string[] = ["cicd/busybox:1"]): Promise<RemoteHost> {
    const sshd = await installedSshd();
    if (sshd === undefined) {
        throw new Error("there is no SSH server");
    }
    const host = await ensureSecondHost(images);
    const folder = await mkdtemp(join(tmpdir(), "cicd-remote-"));
    const port = await freePort();
    const files = await prepare(folder);
    const iptables = (...words: string[]) =>
        run("nsenter", [`--net=${host.namespace}`, "--", join(bed.sbin, "iptables"), "-w", "5", ...words]);
    let path = usualPath;
    let child: ChildProcess | undefined;
    let log = "";
    let isCut = false;

    async function start(): Promise<void> {
        const socket = host.dockerHost.replace("unix://", "");
        const words = sshdWords(sshd ?? missing(), { folder, socket, address: host.address, port, path });
        const started = spawn("nsenter", [`--net=${host.namespace}`, "--", ...words], {
            env: { PATH: process.env["PATH"], ...sshd?.env },
            stdio: ["ignore", "ignore", "pipe"],
        });
        started.stderr.on("data", (bytes: Buffer) => (log += bytes.toString()));
        child = started;
        await until(async () => {
            if (started.exitCode !== null) {
                throw new Error(`sshd did not start:\n${log}`);
            }
            return answers(host.address, port);
        });
    }

    async function stop(): Promise<void> {
        if (child !== undefined && child.exitCode === null && child.signalCode === null) {
            const gone = once(child, "exit");
            child.kill("SIGTERM");
            await gone;
        }
    }

    /** In the mounts that those who log in see. */
    const inside = (...words: string[]) => run("nsenter", ["-t", String(child?.pid), "--mount", "--", ...words]);

    async function makeHostKey(): Promise<void> {
        await rm(files.hostKey, { force: true });
        const words = ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", files.hostKey];
        await run("ssh-keygen", words, { env: { PATH: pathWith(sshd ?? missing()) } });
    }

    async function cut(): Promise<void> {
        isCut = true;
        await iptables("-I", "INPUT", "-p", "tcp", "--dport", String(port), "-j", "DROP");
        await iptables("-I", "OUTPUT", "-p", "tcp", "--sport", String(port), "-j", "DROP");
    }

    async function mend(): Promise<void> {
        if (isCut) {
            isCut = false;
            await iptables("-D", "INPUT", "-p", "tcp", "--dport", String(port), "-j", "DROP");
            await iptables("-D", "OUTPUT", "-p", "tcp", "--sport", String(port), "-j", "DROP");
        }
    }

    /** Those that serve a connection outlive the one that listens, for ever where the connection is cut. */
    async function endSessions(): Promise<void> {
        const listener = child?.pid ?? 0;
        const found = await readFile(`/proc/${listener}/task/${listener}/children`, "utf8").catch(() => "");
        for (const pid of found.split(" ").filter(Boolean)) {
            await run("kill", [pid]).catch(() => undefined);
        }
    }

    await makeHostKey();
    await start();
    return {
        address: host.address,
        port,
        dockerHost: host.dockerHost,
        stacks: files.stacks,
        authorize: (publicKey, user = "root") => writeFile(join(folder, "keys", user), `${publicKey}\n`),
        alsoAuthorize: (publicKey, user = "root") => appendFile(join(folder, "keys", user), `${publicKey}\n`),
        async mountDisk(directory, kibibytes) {
            const options = `size=${kibibytes}k,mode=777`;
            await mkdir(directory);
            await inside("mount", "-t", "tmpfs", "-o", options, "tmpfs", directory);
        },
        async allowSudo() {
            const directory = join(folder, "sudo");
            await mkdir(directory);
            await inside("sh", "-ec", sudoScript, "sh", directory, String(guestGroup));
        },
        hostKey: async () => (await readFile(`${files.hostKey}.pub`, "utf8")).trim().split(" ").slice(0, 2).join(" "),
        async changeHostKey() {
            await stop();
            await makeHostKey();
            await start();
        },
        async setPath(folders) {
            path = [...folders];
            await stop();
            await start();
        },
        cut,
        mend,
        async docker(...args) {
            const { stdout } = await run("docker", ["-H", host.dockerHost, ...args]);
            return stdout.trim();
        },
        log: () => log,
        async close() {
            await mend().catch(() => undefined);
            await endSessions();
            await stop();
            await rm(folder, { recursive: true, force: true });
        },
    };
}

/** The program that becomes root lies on a disk that nobody outside sees, for one group only. */
const sudoScript = `mount -t tmpfs -o size=4m,mode=755 tmpfs "$1"
cp "$(command -v setpriv)" "$1/become"
chgrp "$2" "$1/become"
chmod 4750 "$1/become"
cat >"$1/sudo" <<END
#!/bin/sh
[ "\\$1" = -n ] && shift
if [ "\\$1" = -u ]; then id=\\$(id -u "\\$2"); shift 2; else id=0; fi
exec "$1/become" --reuid "\\$id" --regid "\\$id" --clear-groups -- "\\$@"
END
chmod 755 "$1/sudo"`;

function missing(): never {
    throw new Error("there is no SSH server");
}

async function prepare(folder: string): Promise<{ readonly hostKey: string; readonly stacks: string }> {
    const stacks = join(folder, "stacks");
    for (const name of ["keys", "home", "run", "stacks"]) {
        await mkdir(join(folder, name));
    }
    await chmod(folder, 0o755);
    await chmod(stacks, 0o777);
    const users = [`deployer:x:64001:${DOCKER_GROUP}`, `guest:x:64003:${guestGroup}`, "sshd:x:65533:65534"];
    const lines = users.map((user) => `${user}::${folder}/home:/bin/sh\n`).join("");
    const passwords = (await readFile("/etc/passwd", "utf8")).replace(/^sshd:.*\n/m, "");
    await writeFile(join(folder, "passwd"), passwords + lines);
    return { hostKey: join(folder, "host_key"), stacks };
}

interface Place {
    readonly folder: string;
    readonly socket: string;
    readonly address: string;
    readonly port: number;
    readonly path: readonly string[];
}

/**
 * In a mount namespace that ends with it: the second engine's socket is at the usual place, there are users, and of
 * docker programs only those in `path`.
 */
function sshdWords(sshd: Sshd, place: Place): string[] {
    const { folder, socket } = place;
    const script = `set -e
mkdir -p '${folder}/run/sshd'
: > '${folder}/run/docker.sock'
mount --bind '${socket}' '${folder}/run/docker.sock'
mount --bind '${folder}/passwd' /etc/passwd
mount --rbind '${folder}/run' /run
for program in /usr/bin/docker /usr/local/bin/docker; do
    [ ! -e "$program" ] || mount --bind /dev/null "$program"
done
exec "$@"`;
    const settings = {
        ListenAddress: `${place.address}:${place.port}`,
        HostKey: join(folder, "host_key"),
        AuthorizedKeysFile: join(folder, "keys", "%u"),
        SetEnv: `PATH=${[...place.path, join(folder, "sudo")].join(":")}`,
        Subsystem: "sftp internal-sftp",
        StrictModes: "no",
        UsePAM: "no",
        PidFile: "none",
        PermitRootLogin: "yes",
        PasswordAuthentication: "no",
        KbdInteractiveAuthentication: "no",
        LogLevel: "VERBOSE",
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
    const words = [sshd.program, "-D", "-e", "-f", "/dev/null", ...sshd.args, ...options];
    return ["unshare", "--mount", "sh", "-c", script, "sh", ...words];
}

async function answers(host: string, port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = connect(port, host);
        const answer = (is: boolean): void => {
            socket.destroy();
            resolve(is);
        };
        socket.once("connect", () => answer(true));
        socket.once("error", () => answer(false));
        // Packets may be dropped there.
        socket.setTimeout(1000, () => answer(false));
    });
}
