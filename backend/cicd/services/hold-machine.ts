import type { Clock } from "../core/clock.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { Machine } from "../core/machine.ts";
import type { LockHolder, LockLease, RemoteLock } from "../core/remote-lock.ts";
import type { DeploymentRun } from "./deployment-run.ts";

/** Longer than a lost connection is waited for: the stack stays ours until it is back or given up. */
const leaseSeconds = 300;
const renewMilliseconds = 60_000;
const patienceSeconds = 600;
const askMilliseconds = 2000;

export interface HoldPorts {
    readonly clock: Clock;
    /** This server's name on other machines: unique, and the same after a restart. */
    readonly serverName: string;
    readonly onError: (error: unknown) => void;
}

/** A stack on a machine that nobody else deploys to meanwhile. */
export interface Hold {
    /** Aborts with a DeploymentFailure `target_busy` when another server has taken the stack over. */
    readonly lost: AbortSignal;
    /** Never throws: what cannot be given back is over before long. */
    release(): Promise<void>;
}

const nothingHeld: Hold = { lost: new AbortController().signal, release: async () => undefined };

/**
 * Takes the stack's lock on a machine, and keeps it until it is released. Another server's deployment is waited for up
 * to ten minutes. Throws `target_busy`.
 */
export async function holdMachine(ports: HoldPorts, run: DeploymentRun, machine: Machine): Promise<Hold> {
    if (machine.remote === undefined) {
        return nothingHeld;
    }
    const lease = await takeLock(ports, run, machine, machine.remote.lock);
    const lost = new AbortController();
    let renewing: Promise<void> = Promise.resolve();
    const timer = setInterval(() => {
        renewing = renew(run, machine, lease, lost).catch(ports.onError);
    }, renewMilliseconds);
    return {
        lost: lost.signal,
        async release() {
            clearInterval(timer);
            // One that is under way would take the lock again.
            await renewing;
            await lease.release().catch(ports.onError);
        },
    };
}

async function takeLock(ports: HoldPorts, run: DeploymentRun, machine: Machine, lock: RemoteLock): Promise<LockLease> {
    const request = { stack: run.stack, owner: ports.serverName, reason: `deployment ${run.id}`, leaseSeconds };
    const limit = ports.clock.now().getTime() + patienceSeconds * 1000;
    let told = false;
    for (;;) {
        const answer = await lock.take(request);
        if (answer.taken) {
            return answer.lease;
        }
        const words = describe(machine, answer.holder);
        if (ports.clock.now().getTime() >= limit) {
            throw new DeploymentFailure("target_busy", `${words} Deploy again when that has ended.`);
        }
        if (!told) {
            run.say(`${words} Waiting for it.`);
            told = true;
        }
        await ports.clock.sleep(askMilliseconds, run.signal);
        run.checkSignal();
    }
}

function describe({ name }: Machine, { owner, reason, since }: LockHolder): string {
    return `${name}: the server ${owner} holds this stack there since ${since} (${reason}).`;
}

/** A renewal that fails for want of a connection is tried again the next time: the lease is long. */
async function renew(run: DeploymentRun, machine: Machine, lease: LockLease, lost: AbortController): Promise<void> {
    if (!(await lease.renew()) && !lost.signal.aborted) {
        const message = `${machine.name}: another server has taken this stack over while the connection was lost.`;
        run.say(message);
        lost.abort(new DeploymentFailure("target_busy", message));
    }
}
