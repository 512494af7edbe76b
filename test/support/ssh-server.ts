import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { installedSshd, type Sshd } from "../../extra/testbed/sshd.ts";
import { freePort } from "./server.ts";
import { until } from "./until.ts";

const run = promisify(execFile);

/** A real sshd on the loopback address that serves the bare repositories below a folder, and nothing else. */
export interface SshServer {
    readonly port: number;
    /** `ssh://` address of a repository below the root. */
    url(repository: string): string;
    /** Replaces the keys that may log in. */
    authorize(...publicKeys: readonly string[]): Promise<void>;
    /** Gives it another host key, and starts it again; answers the new key's fingerprint. */
    changeHostKey(): Promise<string>;
    /** `SHA256:…` of its host key, as ssh-keygen tells it. */
    fingerprint(): Promise<string>;
    /** Lets everybody who has logged in wait until `letGo`. */
    hold(): Promise<void>;
    letGo(): Promise<void>;
    /** What sshd said: who logged in with which key. */
    log(): string;
    /** Ends it; `start` brings it back on the same port. */
    stop(): Promise<void>;
    start(): Promise<void>;
    close(): Promise<void>;
}

/** The SSH server of this machine or of the test bed; undefined where there is none. */
export async function findSshd(): Promise<Sshd | undefined> {
    return installedSshd();
}

/** PATH with OpenSSH's client, for a server or an adapter under test. */
export function pathWith(sshd: Sshd): string {
    return [...sshd.path, process.env["PATH"] ?? ""].join(delimiter);
}

export async function startSshServer(sshd: Sshd, root: string): Promise<SshServer> {
    const folder = await mkdtemp(join(tmpdir(), "cicd-sshd-"));
    const port = await freePort();
    const [hostKey, authorizedKeys] = [join(folder, "host_key"), join(folder, "authorized_keys")];
    const keygen = (...args: readonly string[]) => run("ssh-keygen", [...args], { env: { PATH: pathWith(sshd) } });
    let child: ChildProcess | undefined;
    let log = "";

    async function makeHostKey(): Promise<void> {
        await rm(hostKey, { force: true });
        await keygen("-q", "-t", "ed25519", "-N", "", "-f", hostKey);
    }

    async function start(): Promise<void> {
        const words = [...(await sshdWords(sshd, folder)), ...options(port, { hostKey, authorizedKeys })];
        const started = spawn(words[0] ?? "", words.slice(1), {
            env: { PATH: process.env["PATH"], ...sshd.env },
            stdio: ["ignore", "ignore", "pipe"],
        });
        started.stderr.on("data", (bytes: Buffer) => (log += bytes.toString()));
        child = started;
        await until(async () => {
            if (started.exitCode !== null) {
                throw new Error(`sshd did not start:\n${log}`);
            }
            return answers(port);
        });
    }

    async function stop(): Promise<void> {
        if (child !== undefined && child.exitCode === null && child.signalCode === null) {
            const gone = once(child, "exit");
            child.kill("SIGTERM");
            await gone;
        }
    }

    async function fingerprint(): Promise<string> {
        const { stdout } = await keygen("-l", "-f", `${hostKey}.pub`);
        return stdout.split(" ")[1] ?? "";
    }

    const [command, held] = [join(folder, "command.sh"), join(folder, "held")];
    await writeFile(command, forcedCommand(root, held));
    await chmod(command, 0o755);
    await chmod(folder, 0o755);
    await writeFile(authorizedKeys, "");
    await makeHostKey();
    await start();
    return {
        port,
        url: (repository) => `ssh://${userInfo().username}@127.0.0.1:${port}/${repository}`,
        async authorize(...publicKeys) {
            await writeFile(authorizedKeys, publicKeys.map((key) => `command="${command}",restrict ${key}\n`).join(""));
        },
        async changeHostKey() {
            await stop();
            await makeHostKey();
            await start();
            return fingerprint();
        },
        fingerprint,
        hold: () => writeFile(held, ""),
        letGo: () => rm(held, { force: true }),
        log: () => log,
        stop,
        start,
        async close() {
            await stop();
            await rm(folder, { recursive: true, force: true });
        },
    };
}

/** Serves `git-upload-pack '/name.git'` of the root, whatever else is asked for is refused. */
function forcedCommand(root: string, held: string): string {
    return `#!/bin/sh
while [ -e "${held}" ]; do sleep 0.05; done
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_CONFIG_COUNT=1
export GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*' GIT_PROTOCOL
name=$(printf '%s' "$SSH_ORIGINAL_COMMAND" | sed -n "s|^git-upload-pack '/\\([a-z0-9.-]*\\)'$|\\1|p")
if [ -z "$name" ] || [ ! -d "${root}/$name" ]; then
    echo "ERROR: Repository not found." >&2
    exit 1
fi
exec git-upload-pack "${root}/$name"
`;
}

function options(port: number, files: { readonly hostKey: string; readonly authorizedKeys: string }): string[] {
    const settings = {
        ListenAddress: `127.0.0.1:${port}`,
        HostKey: files.hostKey,
        AuthorizedKeysFile: files.authorizedKeys,
        StrictModes: "no",
        UsePAM: "no",
        PidFile: "none",
        PermitRootLogin: "yes",
        PasswordAuthentication: "no",
        KbdInteractiveAuthentication: "no",
        AcceptEnv: "GIT_PROTOCOL",
        LogLevel: "VERBOSE",
    };
    return Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
}

/**
 * As root sshd wants a user and a folder of its own. Where the machine has none, it gets them in a mount namespace that
 * ends with it.
 */
async function sshdWords(sshd: Sshd, folder: string): Promise<string[]> {
    const plain = [sshd.program, "-D", "-e", "-f", "/dev/null", ...sshd.args];
    const passwords = await readFile("/etc/passwd", "utf8");
    if (process.getuid?.() !== 0 || /^sshd:/m.test(passwords)) {
        return plain;
    }
    await writeFile(join(folder, "passwd"), `${passwords}sshd:x:65533:65534::/nonexistent:/usr/sbin/nologin\n`);
    const script = `mount --bind '${folder}/passwd' /etc/passwd && mount -t tmpfs none /run && mkdir /run/sshd && exec "$@"`;
    return ["unshare", "--mount", "sh", "-c", script, "sh", ...plain];
}

async function answers(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = connect(port, "127.0.0.1");
        socket.once("connect", () => {
            socket.destroy();
            resolve(true);
        });
        socket.once("error", () => resolve(false));
    });
}
