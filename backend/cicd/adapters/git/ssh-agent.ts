import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../../../../common/errors.ts";
import { runProcess, type ProcessResult } from "../../../platform/process/run.ts";
import type { GitCall } from "../../core/git.ts";
import type { SshKey } from "../../core/ssh.ts";
import { deploymentMark } from "../../core/target-host.ts";
import { passphraseVariable, type PrivateFiles } from "./environment.ts";
import { sessionFiles } from "./ssh-config.ts";

const startMilliseconds = 1000;
const addSeconds = 30;
/** An agent that nothing could end forgets its key so long after the call's time is over. */
const spareSeconds = 60;

/** An `ssh-agent` of one run. */
export interface SshAgent {
    /** Gives it a key, which stays in memory only; answers its public half. Throws `invalid` for one it cannot take. */
    add(key: SshKey): Promise<string>;
    /** Ends it, and waits for its end. */
    stop(): Promise<void>;
}

export interface AgentOptions {
    /** The run's own folder (0700): the socket lies in it. */
    readonly directory: string;
    readonly privateFiles: PrivateFiles;
    readonly path: string;
    readonly call: GitCall;
}

/** Starts an agent that ends with this server, however that ends. */
export async function startAgent(options: AgentOptions): Promise<SshAgent> {
    const { directory, privateFiles, call } = options;
    const ending = new AbortController();
    let started = (): void => undefined;
    const listening = new Promise<void>((resolve) => (started = resolve));
    const ended = runProcess(
        { argv: [privateFiles.agent], directory, environment: environmentOf(options), holdInput: true },
        { signal: ending.signal, timeoutSeconds: call.timeoutSeconds + spareSeconds, onLine: started },
    );
    // Agents that do not say when they listen have had time enough after this.
    await Promise.race([listening, ended, sleep(startMilliseconds, undefined, { ref: false })]);
    return {
        add: (key) => addKey(options, key),
        async stop() {
            ending.abort();
            await ended;
        },
    };
}

async function addKey(options: AgentOptions, key: SshKey): Promise<string> {
    const lifetime = String(Math.ceil(options.call.timeoutSeconds) + spareSeconds);
    const added = await runAdd(options, ["-q", "-t", lifetime, "-"], key);
    if (added.exitCode !== 0) {
        throw notLoaded(added, key);
    }
    const listed = await runAdd(options, ["-L"]);
    const [type, blob] = listed.stdout.split("\n")[0]?.split(" ") ?? [];
    if (listed.exitCode !== 0 || type === undefined || blob === undefined) {
        throw noAgent(listed);
    }
    if (type.startsWith("sk-")) {
        throw invalidKey("privateKey", "needs its security token at every use; give a key that works without one");
    }
    return `${type} ${blob}`;
}

/** Key and passphrase go through a pipe and the environment: neither to a disk nor into a command line. */
async function runAdd(options: AgentOptions, args: readonly string[], key?: SshKey): Promise<ProcessResult> {
    const { directory, privateFiles, call } = options;
    const result = await runProcess(
        {
            argv: ["ssh-add", ...args],
            directory,
            environment: {
                ...environmentOf(options),
                SSH_AUTH_SOCK: sessionFiles.agent,
                SSH_ASKPASS: privateFiles.passphrase,
                SSH_ASKPASS_REQUIRE: "force",
                // Without it, versions before 8.4 would not ask the program above.
                DISPLAY: ":none",
                [passphraseVariable]: key?.passphrase ?? "",
            },
            input: key?.privateKey,
        },
        { signal: call.signal, timeoutSeconds: addSeconds, captureBytes: 65_536 },
    );
    if (result.cancelled) {
        throw call.signal.reason;
    }
    return result;
}

function environmentOf({ path, privateFiles, call }: AgentOptions): Record<string, string> {
    const mark = call.deploymentId === undefined ? {} : { [deploymentMark]: call.deploymentId };
    return { PATH: path, HOME: privateFiles.home, LC_ALL: "C", ...mark };
}

/** A key that is locked makes no words: `ssh-add` asks for the passphrase, and gives up in silence. */
function notLoaded(result: ProcessResult, { privateKey, passphrase }: SshKey): AppError {
    if (result.exitCode === 2 || result.timedOut) {
        return noAgent(result);
    }
    const locked = !/Error loading key/.test(result.stderrTail) || /ENCRYPTED/.test(privateKey);
    if (!locked) {
        return invalidKey(
            "privateKey",
            "is not a key that ssh reads here; paste an OpenSSH, PEM or PKCS#8 key of the type ed25519, ecdsa or rsa",
        );
    }
    return passphrase === undefined || passphrase === ""
        ? invalidKey("passphrase", "is missing; the key is locked with one, give it too")
        : invalidKey("passphrase", "does not open the key; check it");
}

function invalidKey(field: "privateKey" | "passphrase", reason: string): AppError {
    return new AppError("invalid", `credentials.${field}: ${reason}`, { details: { errorCode: "auth_failed" } });
}

function noAgent({ stderrTail }: ProcessResult): AppError {
    return new AppError("unavailable", `ssh-agent: it cannot be used (${stderrTail}); see whether it runs by hand`, {
        details: { errorCode: "internal" },
    });
}
