import { AppError } from "../../../common/errors.ts";
import type { DeployTarget, DeployTargetInput, TargetCheck } from "../../../common/schema/deploy-target.ts";
import type { PageQuery } from "../../../common/schema/page.ts";
import type { BuildConfigStore } from "../core/build-config.ts";
import {
    type DeployTargetRecord,
    type DeployTargetStore,
    type NewDeployTarget,
    viewDeployTarget,
} from "../core/deploy-target.ts";
import { checkOffered } from "../core/offered-host-key.ts";
import type { RemoteMachines } from "../core/remote-machine.ts";
import type { Ssh } from "../core/ssh.ts";
import type { MutablePage } from "./page.ts";
import { settleTargetKey } from "./settle-target-key.ts";

export interface TargetPorts {
    readonly deployTargets: DeployTargetStore;
    readonly machines: Pick<RemoteMachines, "check" | "readHostKey">;
    readonly buildConfigs: Pick<BuildConfigStore, "list">;
    readonly ssh: Pick<Ssh, "makeKey" | "readKey">;
}

/** The targets by name, without their private keys. */
export async function listTargets(
    ports: TargetPorts,
    { limit, cursor }: PageQuery,
): Promise<MutablePage<DeployTarget>> {
    const all = await ports.deployTargets.list();
    const start = cursor === undefined ? 0 : all.findIndex(({ id }) => id === cursor) + 1;
    const using = await stacksByTarget(ports);
    const items = all.slice(start, start + limit).map((record) => viewDeployTarget(record, using.get(record.id) ?? []));
    return { items, nextCursor: all.length > start + limit ? (items.at(-1)?.id ?? null) : null };
}

/** Throws `not_found`. */
export async function findTarget(ports: TargetPorts, id: string): Promise<DeployTarget> {
    return view(ports, await requireTarget(ports, id));
}

/** Adds a target; nothing is asked of it. Throws `conflict` for a name that is taken, `invalid` for a key that is none. */
export async function createTarget(
    ports: TargetPorts,
    { input, signal }: { readonly input: DeployTargetInput; readonly signal: AbortSignal },
): Promise<DeployTarget> {
    return view(ports, await ports.deployTargets.create(await newTarget(ports, { input, signal })));
}

/** Replaces a target; the key that is left out is kept. Another host or port is another machine, with another key. */
export async function updateTarget(
    ports: TargetPorts,
    call: { readonly id: string; readonly input: DeployTargetInput; readonly signal: AbortSignal },
): Promise<DeployTarget> {
    const stored = await requireTarget(ports, call.id);
    const updated = await ports.deployTargets.update(call.id, await newTarget(ports, { ...call, stored }));
    if (updated === undefined) {
        throw unknownTarget(call.id);
    }
    return view(ports, updated);
}

/** Throws `conflict` while a build configuration names it. What lies on the machine stays there. */
export async function deleteTarget(ports: TargetPorts, id: string): Promise<void> {
    const { name } = await requireTarget(ports, id);
    if (!(await ports.deployTargets.deleteUnused(id))) {
        const stacks = (await stacksByTarget(ports)).get(id) ?? [];
        throw new AppError(
            "conflict",
            `target: ${stacks.join(", ")} is deployed to "${name}"; choose another target in the build settings first`,
        );
    }
}

/** Logs in and looks around; the host's key is pinned at first sight. Throws for what prevents a login. */
export async function testTarget(
    ports: TargetPorts,
    { id, signal }: { readonly id: string; readonly signal: AbortSignal },
): Promise<TargetCheck> {
    const target = await requireTarget(ports, id);
    const onHostKey = (hostKey: string): Promise<void> => ports.deployTargets.pinHostKey(id, hostKey);
    return ports.machines.check(target, { onHostKey, signal });
}

/**
 * Pins another key of a target's host, provided that it is the one which the host shows now. Throws `conflict` where it
 * shows another (details `offered`), `unavailable` where it shows none.
 */
export async function acceptTargetHostKey(
    ports: TargetPorts,
    call: { readonly id: string; readonly fingerprint: string; readonly signal: AbortSignal },
): Promise<DeployTarget> {
    const target = await requireTarget(ports, call.id);
    const offered = await ports.machines.readHostKey(target, call.signal);
    checkOffered(offered, { accepted: call.fingerprint, pinned: target.hostKeyFingerprint, shownBy: "host" });
    await ports.deployTargets.pinHostKey(call.id, offered.key);
    return findTarget(ports, call.id);
}

/** A target's record; throws `not_found`. */
export async function requireTarget(
    ports: { readonly deployTargets: Pick<DeployTargetStore, "find"> },
    id: string,
): Promise<DeployTargetRecord> {
    const found = await ports.deployTargets.find(id);
    if (found === undefined) {
        throw unknownTarget(id);
    }
    return found;
}

function unknownTarget(id: string): AppError {
    return new AppError("not_found", `target: there is none with the id ${id}; list the targets to find one`);
}

async function newTarget(
    { ssh }: TargetPorts,
    given: {
        readonly input: DeployTargetInput;
        readonly stored?: DeployTargetRecord;
        readonly signal: AbortSignal;
    },
): Promise<NewDeployTarget> {
    const { input, stored } = given;
    const { privateKey: _privateKey, passphrase: _passphrase, ...fields } = input;
    const isSameHost = stored?.host === input.host && stored.port === input.port;
    return { ...fields, ...(await settleTargetKey(ssh, given)), hostKey: isSameHost ? stored.hostKey : undefined };
}

async function view(ports: TargetPorts, record: DeployTargetRecord): Promise<DeployTarget> {
    return viewDeployTarget(record, (await stacksByTarget(ports)).get(record.id) ?? []);
}

async function stacksByTarget(ports: TargetPorts): Promise<ReadonlyMap<string, readonly string[]>> {
    const using = new Map<string, string[]>();
    for (const { targetIds, stackId } of await ports.buildConfigs.list()) {
        for (const id of targetIds) {
            using.set(id, [...(using.get(id) ?? []), stackId]);
        }
    }
    return using;
}
