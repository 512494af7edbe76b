import type { DeploymentHealth } from "../../../common/schema/deployment-health.ts";
import type { Clock } from "../core/clock.ts";
import type { Host } from "../core/host.ts";

export interface DeploymentHealthsPorts {
    readonly host: Pick<Host, "push" | "isWatched">;
    readonly clock: Clock;
}

/** What verifying saw last, for pages. In memory only. */
export interface DeploymentHealths {
    /** One look. Pages are told of changes, four times a second at most, and of the last look. */
    note(health: DeploymentHealth): void;
    /** The last look at a deployment that runs, or ended not long ago. */
    find(deploymentId: string): DeploymentHealth | undefined;
}

const pushEveryMilliseconds = 250;
/** How many deployments are remembered. */
const mostKept = 50;

interface Kept {
    readonly health: DeploymentHealth;
    readonly pushed: string;
    readonly pushedAt: number;
}

export function createDeploymentHealths({ host, clock }: DeploymentHealthsPorts): DeploymentHealths {
    const kept = new Map<string, Kept>();

    function keep(id: string, one: Kept): void {
        kept.delete(id);
        kept.set(id, one);
        const oldest = kept.keys().next().value;
        if (kept.size > mostKept && oldest !== undefined) {
            kept.delete(oldest);
        }
    }

    return {
        note(health) {
            const id = health.deploymentId;
            const now = clock.now().getTime();
            const { pushed = "", pushedAt = -Infinity } = kept.get(id) ?? {};
            const text = withoutTimes(health);
            const isDue = text !== pushed && (health.ended || now - pushedAt >= pushEveryMilliseconds);
            keep(id, isDue ? { health, pushed: text, pushedAt: now } : { health, pushed, pushedAt });
            if (isDue && host.isWatched()) {
                host.push("deploymentHealthUpdate", { ...health });
            }
        },
        find: (id) => kept.get(id)?.health,
    };
}

/** Pages count the seconds themselves: time that passes is no news. */
function withoutTimes(health: DeploymentHealth): string {
    const services = health.services.map((service) => ({ ...service, seconds: 0 }));
    return JSON.stringify({ ...health, services, stable: health.stable && { ...health.stable, seconds: 0 } });
}
