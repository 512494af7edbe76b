import { runProcess } from "../../../platform/process/run.ts";
import {
    deploymentMark,
    type Command,
    type CommandResult,
    type RunOptions,
    type TargetHost,
} from "../../core/target-host.ts";
import { findComposeProgram } from "./compose-program.ts";
import { endMarkedGroups } from "./orphans.ts";

const captureBytes = 64 * 1024 * 1024;

/** What the docker program gets of the server's environment: where programs and the engine are. No more. */
const passedOn = [
    "PATH",
    "HOME",
    "DOCKER_HOST",
    "DOCKER_CONFIG",
    "DOCKER_CERT_PATH",
    "DOCKER_TLS_VERIFY",
    "DOCKER_CONTEXT",
] as const;

/** Which engine, and how to reach it; not what the server's user has for registries. */
const engineAddress = ["DOCKER_HOST", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY"];

/**
 * This machine. Of `environment` only PATH reaches the programs, the engine's address those that ask for it, and HOME too
 * docker; a command's own environment wins over them.
 */
export function createLocalHost(options: {
    readonly environment: Readonly<Record<string, string | undefined>>;
}): TargetHost {
    const base = pick(options.environment);
    const composeProgram = findComposeProgram(base);
    const passedTo = ({ argv, reachesEngine }: Command): Record<string, string> => {
        if (argv[0] === "docker") {
            return base;
        }
        // The engine's address is the server's own affair: the user's commands get it only where they need it.
        const names = reachesEngine === true ? ["PATH", ...engineAddress] : ["PATH"];
        return Object.fromEntries(Object.entries(base).filter(([name]) => names.includes(name)));
    };
    const live = new Set<number>();

    async function run(command: Command, runOptions: RunOptions): Promise<CommandResult> {
        let started: number | undefined;
        try {
            return await runProcess(
                {
                    ...command,
                    argv: direct(command.argv, composeProgram),
                    environment: { ...passedTo(command), ...command.environment, ...mark(runOptions.deploymentId) },
                },
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

function direct(argv: Command["argv"], composeProgram: string | undefined): Command["argv"] {
    const isCompose = argv[0] === "docker" && argv[1] === "compose";
    return isCompose && composeProgram !== undefined ? [composeProgram, ...argv.slice(2)] : argv;
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
