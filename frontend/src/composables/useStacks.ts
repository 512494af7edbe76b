import { computed, shallowRef, watch, type ComputedRef, type InjectionKey, type Ref } from "vue";
import type { StackSummary } from "../../../common/schema/stack.ts";
import type { SocketClient } from "../socket/client.ts";
import { required } from "./required.ts";
import type { Session } from "./useSession.ts";

export interface Stacks {
    /** All stacks by name; undefined until the first list has come. */
    readonly stacks: Readonly<Ref<Readonly<Record<string, StackSummary>> | undefined>>;
    /** The same, sorted: running first, then by name. */
    readonly sorted: ComputedRef<readonly StackSummary[]>;
}

export const stacksKey: InjectionKey<Stacks> = Symbol("stacks");

/** The list of stacks, live. */
export function useStacks(): Stacks {
    return required(stacksKey);
}

/** Follows the server's stack list, and its deployments for the badges in it. */
export function createStacks(client: SocketClient, session: Session): Stacks {
    const stacks = shallowRef<Readonly<Record<string, StackSummary>>>();
    const newest = new Map<string, string>();

    client.on("stackList", (list) => {
        if (list.ok) {
            stacks.value = list.stackList;
        }
    });
    client.on("deploymentStatusUpdate", ({ deployment }) => {
        const summary = stacks.value?.[deployment.stackId];
        const isOlder = (newest.get(deployment.stackId) ?? "") > deployment.createdAt;
        if (summary === undefined || isOlder) {
            return;
        }
        newest.set(deployment.stackId, deployment.createdAt);
        stacks.value = {
            ...stacks.value,
            [deployment.stackId]: { ...summary, deploymentStatus: deployment.status },
        };
    });
    watch(session.state, (state) => {
        if (state !== "in") {
            stacks.value = undefined;
        }
    });

    return { stacks, sorted: computed(() => Object.values(stacks.value ?? {}).sort(byStatusAndName)) };
}

function byStatusAndName(a: StackSummary, b: StackSummary): number {
    return rank(a.status) - rank(b.status) || a.name.localeCompare(b.name);
}

/** Running first, then exited, then the rest: as Dockge's list. */
function rank(status: number): number {
    const order = [3, 4, 2, 1, 0];
    return order.indexOf(status);
}
