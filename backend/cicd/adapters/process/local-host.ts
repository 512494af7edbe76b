import { runProcess } from "../../../platform/process/run.ts";
import {
    deploymentMark,
    type Command,
    type CommandResult,
    type RunOptions,
    type TargetHost,
} from "../../core/target-host.ts";
import { endMarkedGroups } from "./orphans.ts";

const captureBytes = 64 * 1024 * 1024;

/** What programs on this machine get of the server's environment: where programs and the engine are. No more. */
const passedOn = [
    "PATH",
    "HOME",
    "DOCKER_HOST",
    "DOCKER_CONFIG",
    "DOCKER_CERT_PATH",
    "DOCKER_TLS_VERIFY",
    "DOCKER_CONTEXT",
] as const;

/**
 * This machine. Of `environment` only PATH, HOME and the engine's address reach the programs; a command's own
 * environment wins over them.
 */
export function createLocalHost(options: {
    readonly environment: Readonly<Record<string, string | undefined>>;
}): TargetHost {
    const base = pick(options.environment);
    const live = new Set<number>();

    async function run(command: Command, runOptions: RunOptions): Promise<CommandResult> {
        let started: number | undefined;
        try {
            return await runProcess(
                { ...command, environment: { ...base, ...command.environment, ...mark(runOptions.deploymentId) } },
                {
                    signal: runOptions.signal,
                    timeoutSeconds: runOptions.timeoutSeconds,
                    onLine: runOptions.onLine,
                    captureBytes: runOptions.capture === true ? captureBytes : undefined,
                    onStart: (processId) => {
                        started = processId;
                        live.add(processId);
                    },
                },
            );
        } finally {
            if (started !== undefined) {
                live.delete(started);
            }
        }
    }

    return { run, endOrphans: (deploymentId) => endMarkedGroups(deploymentId, live) };
}

function pick(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
    const picked: Record<string, string> = {};
    for (const name of passedOn) {
        const value = environment[name];
        if (value !== undefined && value !== "") {
            picked[name] = value;
        }
    }
    return picked;
}

function mark(deploymentId: string | undefined): Record<string, string> {
    return deploymentId === undefined ? {} : { [deploymentMark]: deploymentId };
}
