import { randomBytes } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../../../common/errors.ts";
import type { GitCall } from "../../core/git.ts";
import type { SshKey } from "../../core/ssh.ts";
import type { PrivateFiles } from "./environment.ts";
import { startAgent, type SshAgent } from "./ssh-agent.ts";
import { knownHost, seenHostKey, sessionFiles, sshConfig, type SshDestination } from "./ssh-config.ts";
import { requireSshPrograms } from "./ssh-programs.ts";

/** What ssh is given for one run: a private folder and, unless only the host key is asked for, an agent with the key. */
export interface SshSession {
    readonly directory: string;
    /** The server's key as ssh has written it down; undefined while it has seen none. */
    hostKey(): Promise<string | undefined>;
}

export interface SessionPorts {
    readonly privateFiles: PrivateFiles;
    readonly path: string;
}

export interface SessionOptions {
    readonly destination: SshDestination;
    /** Undefined: nobody logs in. */
    readonly key: SshKey | undefined;
    readonly pinned: string | undefined;
}

/** Opens a session for one use; nothing of it is left afterwards. */
export async function withSession<T>(
    ports: SessionPorts,
    options: SessionOptions,
    call: GitCall,
    use: (session: SshSession) => Promise<T>,
): Promise<T> {
    return withFolder(ports, async (directory) => {
        const { destination, key, pinned } = options;
        const authentication = key === undefined ? "none" : "publickey";
        const isPinned = pinned !== undefined;
        const config = sshConfig({ ...destination, authentication, pinned: isPinned });
        await writeFile(join(directory, sessionFiles.config), config, { mode: 0o600 });
        const knownHosts = isPinned ? knownHost(destination, pinned) : "";
        await writeFile(join(directory, sessionFiles.knownHosts), knownHosts, { mode: 0o600 });
        const session: SshSession = {
            directory,
            hostKey: async () => seenHostKey(await readFile(join(directory, sessionFiles.knownHosts), "utf8")),
        };
        if (key === undefined) {
            return use(session);
        }
        return withAgent(ports, directory, call, async (agent) => {
            await addStored(agent, key);
            return use(session);
        });
    });
}

/** Loads a key into an agent of its own, and answers its public half. Throws `invalid` for one that cannot be loaded. */
export async function loadKey(ports: SessionPorts, key: SshKey, call: GitCall): Promise<string> {
    return withFolder(ports, (directory) => withAgent(ports, directory, call, (agent) => agent.add(key)));
}

async function withFolder<T>(ports: SessionPorts, use: (directory: string) => Promise<T>): Promise<T> {
    await requireSshPrograms(ports.path);
    const directory = join(ports.privateFiles.home, "..", `ssh-${randomBytes(8).toString("hex")}`);
    await mkdir(directory, { mode: 0o700 });
    try {
        return await use(directory);
    } finally {
        await rm(directory, { recursive: true, force: true });
    }
}

async function withAgent<T>(
    ports: SessionPorts,
    directory: string,
    call: GitCall,
    use: (agent: SshAgent) => Promise<T>,
): Promise<T> {
    call.signal.throwIfAborted();
    const agent = await startAgent({ ...ports, directory, call });
    try {
        return await use(agent);
    } finally {
        await agent.stop();
    }
}

/** A stored key was loaded once before: that it no longer can be is no fault of the one who deploys. */
async function addStored(agent: SshAgent, key: SshKey): Promise<void> {
    try {
        await agent.add(key);
    } catch (error) {
        if (error instanceof AppError && error.code === "invalid") {
            throw new AppError("unauthorized", error.message, { details: { errorCode: "auth_failed" }, cause: error });
        }
        throw error;
    }
}
