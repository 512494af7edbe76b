import { AppError } from "../../../../common/errors.ts";
import { sshFingerprint } from "../../../platform/crypto/ssh-fingerprint.ts";
import { runProcess, type ProcessResult } from "../../../platform/process/run.ts";
import type { GitCall, GitRemote } from "../../core/git.ts";
import type { SshHostKey, SshKey } from "../../core/ssh.ts";
import { deploymentMark } from "../../core/target-host.ts";
import { sessionFiles, serverAlias, type SshDestination } from "./ssh-config.ts";
import { hostKeyChanged, isHostKeyRefused, sshFailure } from "./ssh-failures.ts";
import { withSession, type SessionPorts } from "./ssh-session.ts";

const probeSeconds = 15;

/**
 * Runs git for a remote over SSH: `run` gets the folder of the run's configuration. Tells the server's key where none
 * was pinned. Throws what ssh's words mean: `conflict` for another host key than the pinned one.
 */
export async function runOverSsh(
    ports: SessionPorts,
    remote: GitRemote,
    destination: SshDestination,
    call: GitCall,
    run: (sshDirectory: string, call: GitCall) => Promise<ProcessResult>,
): Promise<ProcessResult> {
    const options = { destination, key: keyOf(remote), pinned: remote.hostKey };
    const { result, seen } = await withSession(ports, options, call, async (session) => {
        const result = await run(session.directory, withoutAdvice(call));
        return { result, seen: await session.hostKey() };
    });
    if (remote.hostKey === undefined && seen !== undefined) {
        await call.onHostKey?.(seen);
    }
    if (result.exitCode !== 0) {
        await explain(ports, remote, destination, call, result.stderrTail);
    }
    return result;
}

/** The key that a server shows now. Throws `unavailable` where it shows none. */
export async function askHostKey(ports: SessionPorts, destination: SshDestination, call: GitCall): Promise<SshHostKey> {
    return withSession(ports, { destination, key: undefined, pinned: undefined }, call, async (session) => {
        const mark = call.deploymentId === undefined ? {} : { [deploymentMark]: call.deploymentId };
        const result = await runProcess(
            {
                argv: ["ssh", "-F", sessionFiles.config, serverAlias, "true"],
                directory: session.directory,
                environment: { PATH: ports.path, HOME: ports.privateFiles.home, LC_ALL: "C", ...mark },
            },
            { signal: call.signal, timeoutSeconds: Math.min(call.timeoutSeconds, probeSeconds) },
        );
        call.signal.throwIfAborted();
        const key = await session.hostKey();
        if (key === undefined) {
            throw sshFailure(result.stderrTail) ?? noAnswer(destination);
        }
        return { key, fingerprint: sshFingerprint(key) };
    });
}

async function explain(
    ports: SessionPorts,
    remote: GitRemote,
    destination: SshDestination,
    call: GitCall,
    words: string,
): Promise<void> {
    if (remote.hostKey !== undefined && isHostKeyRefused(words)) {
        const offered = await askHostKey(ports, destination, call);
        if (offered.key === remote.hostKey) {
            throw noAnswer(destination);
        }
        throw hostKeyChanged(destination.host, remote.hostKey, offered);
    }
    const failure = sshFailure(words);
    if (failure !== undefined) {
        throw failure;
    }
}

/** What ssh advises about a changed host key is for files that are gone with the run. */
function withoutAdvice(call: GitCall): GitCall {
    const { onLine } = call;
    return onLine === undefined
        ? call
        : { ...call, onLine: (line) => (line.includes(sessionFiles.knownHosts) ? undefined : onLine(line)) };
}

function keyOf({ credentials }: GitRemote): SshKey {
    const { privateKey, passphrase } = credentials ?? {};
    if (privateKey === undefined) {
        throw new AppError("unauthorized", "credentials: the SSH key is missing; paste one, or have one made", {
            details: { errorCode: "auth_failed" },
        });
    }
    return { privateKey, passphrase };
}

function noAnswer({ host, port }: SshDestination): AppError {
    return new AppError("unavailable", `url: no SSH server answers at ${host}, port ${port}; check both`, {
        details: { errorCode: "remote_unavailable" },
    });
}
