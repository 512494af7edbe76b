import type { Agent } from "node:http";
import { sshFingerprint } from "../../../platform/crypto/ssh-fingerprint.ts";
import type { DeployTargetRecord } from "../../core/deploy-target.ts";
import type { Engine } from "../../core/engine.ts";
import type { Files } from "../../core/files.ts";
import type { ImageTransfer } from "../../core/image-transfer.ts";
import type { OpenOptions, RemoteMachine, RemoteMachines } from "../../core/remote-machine.ts";
import { lookAround } from "./check-target.ts";
import { connect, readHostKey } from "./connect.ts";
import { createEngineAgent } from "./engine-agent.ts";
import { createFileLock } from "./file-lock.ts";
import { createRemoteProbe } from "./http-probe.ts";
import { createLink, type SshLink } from "./link.ts";
import { createRemoteFiles } from "./remote-files.ts";
import { createRemoteTarget } from "./remote-target.ts";

export interface SshMachinesOptions {
    /** An engine, and the way of images to it, over connections of this agent. */
    readonly openEngine: (agent: Agent) => { readonly engine: Engine; readonly images: ImageTransfer };
    readonly localFiles: Pick<Files, "inspect">;
    /** How often a silent connection is asked whether it lives. */
    readonly keepaliveSeconds?: number;
    /** How long a connection that broke under a command is tried anew. */
    readonly patienceSeconds?: number;
}

/** The folder on a machine that holds locks and the output of commands. */
const ownFolder = ".cicd";

/** Machines over SSH. */
export function createSshMachines(options: SshMachinesOptions): RemoteMachines {
    const { keepaliveSeconds = 5, patienceSeconds = 120 } = options;
    return {
        open: (target, { onHostKey }) => {
            const link = linkTo(target, { onHostKey, keepaliveSeconds });
            return openMachine(link, target, { ...options, patienceSeconds });
        },
        async check(target, { onHostKey, signal }) {
            let hostKey = target.hostKey;
            const noted = async (key: string): Promise<void> => {
                hostKey = key;
                await onHostKey(key);
            };
            const link = linkTo(target, { onHostKey: noted, keepaliveSeconds });
            try {
                const seen = await lookAround(link, target, signal);
                return { ...seen, hostKeyFingerprint: hostKey === undefined ? "" : sshFingerprint(hostKey) };
            } finally {
                link.close();
            }
        },
        async readHostKey(target, signal) {
            signal.throwIfAborted();
            const key = await readHostKey(target);
            return { key, fingerprint: sshFingerprint(key) };
        },
    };
}

/** What was seen at first is held to from then on, also within the same link. */
function linkTo(
    target: DeployTargetRecord,
    { onHostKey, keepaliveSeconds }: OpenOptions & { readonly keepaliveSeconds: number },
): SshLink {
    let { hostKey } = target;
    const noted = async (key: string): Promise<void> => {
        await onHostKey(key);
        hostKey = key;
    };
    return createLink(target.host, () => connect({ ...target, hostKey }, { onHostKey: noted, keepaliveSeconds }));
}

function openMachine(
    link: SshLink,
    { sudo, stacksDirectory }: DeployTargetRecord,
    { openEngine, localFiles, patienceSeconds }: SshMachinesOptions & { readonly patienceSeconds: number },
): RemoteMachine {
    const ownDirectory = `${stacksDirectory}/${ownFolder}`;
    return {
        ...openEngine(createEngineAgent({ link, sudo })),
        target: createRemoteTarget({ link, sudo, ownDirectory, patienceSeconds }),
        files: createRemoteFiles({ link, local: localFiles }),
        probe: createRemoteProbe({ link }),
        lock: createFileLock({ link, sudo, ownDirectory }),
        close: () => link.close(),
    };
}
