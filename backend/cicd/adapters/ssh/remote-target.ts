import { AppError } from "../../../../common/errors.ts";
import { randomId } from "../../../platform/crypto/random-id.ts";
import type { CommandResult, TargetHost } from "../../core/target-host.ts";
import { orphansScript } from "./command-scripts.ts";
import type { SshLink } from "./link.ts";
import { runRemote } from "./remote-command.ts";
import { readScript } from "./run-script.ts";

export interface RemoteTargetOptions {
    readonly link: SshLink;
    readonly sudo: boolean;
    /** Our own folder on the machine. */
    readonly ownDirectory: string;
    readonly patienceSeconds: number;
}

const neverRan: CommandResult = { exitCode: 143, stdout: "", stderrTail: "", timedOut: false, cancelled: true };

/** A remote machine to run commands on. They go on when the connection breaks, and their output is read later. */
export function createRemoteTarget(options: RemoteTargetOptions): TargetHost {
    const live = new Set<string>();
    return {
        async run(command, runOptions) {
            if (runOptions.signal.aborted) {
                return neverRan;
            }
            const id = randomId();
            const place = `${folderOf(options, runOptions.deploymentId)}/${id}`;
            live.add(id);
            try {
                return await runRemote({ ...options, place }, command, runOptions);
            } finally {
                live.delete(id);
            }
        },
        async endOrphans(deploymentId) {
            const script = orphansScript(folderOf(options, deploymentId), [...live]);
            const { stdout } = await readScript(options.link, script, options);
            return Number(stdout.trim());
        },
    };
}

function folderOf({ ownDirectory }: RemoteTargetOptions, deploymentId = "commands"): string {
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(deploymentId)) {
        throw new AppError("invalid", "deployment: its id has other characters than letters, digits, - and _");
    }
    return `${ownDirectory}/${deploymentId}`;
}
