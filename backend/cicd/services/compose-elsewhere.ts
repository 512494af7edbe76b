import { AppError } from "../../../common/errors.ts";
import { composeWords } from "../commands/compose.ts";
import type { DeploymentStore } from "../core/deployment.ts";
import type { ElsewhereOutput } from "../core/elsewhere.ts";
import type { Machine } from "../core/machine.ts";
import type { LockLease } from "../core/remote-lock.ts";
import type { ReleaseStore } from "../core/release.ts";
import { type GlobalEnvironmentPorts, globalVariables } from "./global-environment.ts";
import { hostEnvironment } from "./stack-environment.ts";

export interface ComposeElsewherePorts extends GlobalEnvironmentPorts {
    readonly deployments: Pick<DeploymentStore, "findLive">;
    readonly releases: Pick<ReleaseStore, "find">;
    /** This server's name on other machines. */
    readonly serverName: string;
    readonly onError: (error: unknown) => void;
}

const leaseSeconds = 300;
const renewMilliseconds = 60_000;
/** What the host's buttons are given at most. */
const timeoutSeconds = 3600;

/**
 * Runs a button's compose command on a stack of another machine, and answers the exit code. Throws AppError `conflict`
 * while another server is at work on the stack there, and what the machine throws.
 */
export async function composeElsewhere(
    ports: ComposeElsewherePorts,
    { stack, machine }: { readonly stack: string; readonly machine: Machine },
    words: readonly string[],
    { signal, onLine }: ElsewhereOutput,
): Promise<number> {
    const lease = await takeLock(ports, stack, machine);
    const timer = setInterval(() => {
        lease?.renew().catch(ports.onError);
    }, renewMilliseconds);
    try {
        const directory = await machine.stackDirectory();
        const { COMPOSE_PROJECT_NAME: _name, ...variables } = await hostEnvironment(ports, stack);
        const globals = await globalVariables(ports, await machine.files.readText(directory, ".env"));
        const command = composeWords({ stack, directory, environment: { ...globals, ...variables } }, words);
        const onOutput = (_stream: "stdout" | "stderr", line: string): void => onLine(line);
        const { exitCode } = await machine.target.run(command, { signal, timeoutSeconds, onLine: onOutput });
        return exitCode;
    } finally {
        clearInterval(timer);
        await lease?.release().catch(ports.onError);
    }
}

async function takeLock(
    { serverName }: ComposeElsewherePorts,
    stack: string,
    { name, remote }: Machine,
): Promise<LockLease | undefined> {
    const request = { stack, owner: serverName, reason: "a button of the page", leaseSeconds };
    const answer = await remote?.lock.take(request);
    if (answer?.taken === false) {
        const { owner, since, reason } = answer.holder;
        throw new AppError(
            "conflict",
            `${name}: the server ${owner} holds this stack there since ${since} (${reason}). Try again when it has ended`,
        );
    }
    return answer?.lease;
}
