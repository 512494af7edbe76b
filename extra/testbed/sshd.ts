import { existsSync } from "node:fs";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";

import { privateApt } from "./apt.ts";
import type { PrivateApt } from "./apt.ts";
import { withLock } from "./lock.ts";
import { isComplete, libraryFolders, markComplete, unpack } from "./packages.ts";
import { testbedPaths } from "./paths.ts";
import type { TestbedPaths } from "./paths.ts";

const WANTED = "openssh-server openssh-client";
const CLIENT_PROGRAMS = ["ssh", "ssh-agent", "ssh-add", "ssh-keygen"];
const SYSTEM_PROGRAM = "/usr/sbin/sshd";

/** An SSH server, and a folder with the client's programs where the machine has none of its own. */
export interface Sshd {
    readonly program: string;
    /** Further words for its command line. */
    readonly args: readonly string[];
    /** What it needs beside the environment of the process that starts it. */
    readonly env: Readonly<Record<string, string>>;
    /** Folders to put before PATH. */
    readonly path: readonly string[];
}

/** The machine's SSH server and client, else Debian's unpacked in the bed, fetched where they are not there yet. */
export async function ensureSshd(
    say: (text: string) => void = () => undefined,
    paths: TestbedPaths = testbedPaths(),
): Promise<Sshd> {
    const present = await installedSshd(paths);
    if (present !== undefined) {
        return present;
    }
    await withLock(`${paths.lock}.ssh`, () => fetchSshd(say, paths));
    return unpackedSshd(folderOf(paths));
}

/** The SSH server, if nothing needs to be fetched for it. */
export async function installedSshd(paths: TestbedPaths = testbedPaths()): Promise<Sshd | undefined> {
    if (existsSync(SYSTEM_PROGRAM) && !lacksClient()) {
        return { program: SYSTEM_PROGRAM, args: [], env: {}, path: [] };
    }
    const root = folderOf(paths);
    const complete = (await isComplete(root, WANTED)) && existsSync(join(clientFolder(root), "ssh-keygen"));
    return complete ? unpackedSshd(root) : undefined;
}

async function fetchSshd(say: (text: string) => void, paths: TestbedPaths): Promise<void> {
    const archives = join(paths.cache, "ssh");
    const root = folderOf(paths);
    if (!(await isComplete(archives, WANTED))) {
        say("Fetching an SSH server (about 3 MB) …");
        await download(await privateApt(paths), archives);
    }
    if (!(await isComplete(root, WANTED))) {
        await unpack(archives, root, WANTED);
    }
    await writeClientPrograms(root);
}

/** The programs, whether the machine has them or not, with those of their libraries that it lacks. */
async function download(apt: PrivateApt, archives: string): Promise<void> {
    await rm(archives, { recursive: true, force: true });
    await mkdir(join(archives, "partial"), { recursive: true });
    const place = ["-o", `Dir::Cache::archives=${archives}`];
    const packages = WANTED.split(" ");
    await apt.run([...place, "install", "--download-only", "--no-install-recommends", "--yes", ...packages]);
    await apt.run(["download", ...packages], archives);
    await markComplete(archives, WANTED);
}

/** Programs that find the bed's own libraries, also where their environment is a scrubbed one. */
async function writeClientPrograms(root: string): Promise<void> {
    const libraries = (await libraryFolders(root)).join(delimiter);
    await mkdir(clientFolder(root), { recursive: true });
    for (const name of CLIENT_PROGRAMS) {
        const program = join(root, "usr/bin", name);
        // A program that changes its group would not read LD_LIBRARY_PATH.
        await chmod(program, 0o755);
        const script = `#!/bin/sh\nLD_LIBRARY_PATH='${libraries}' exec '${program}' "$@"\n`;
        await writeFile(join(clientFolder(root), name), script, { mode: 0o755 });
    }
}

async function unpackedSshd(root: string): Promise<Sshd> {
    const session = join(root, "usr/lib/openssh/sshd-session");
    const auth = join(root, "usr/lib/openssh/sshd-auth");
    return {
        program: join(root, "usr/sbin/sshd"),
        args: [
            ...(existsSync(session) ? ["-o", `SshdSessionPath=${session}`] : []),
            ...(existsSync(auth) ? ["-o", `SshdAuthPath=${auth}`] : []),
        ],
        env: { LD_LIBRARY_PATH: (await libraryFolders(root)).join(delimiter) },
        path: lacksClient() ? [clientFolder(root)] : [],
    };
}

function lacksClient(): boolean {
    const folders = (process.env["PATH"] ?? "").split(delimiter);
    return !CLIENT_PROGRAMS.every((name) => folders.some((folder) => existsSync(join(folder, name))));
}

function clientFolder(root: string): string {
    return join(root, "client");
}

function folderOf(paths: TestbedPaths): string {
    return join(paths.bed, "ssh");
}
