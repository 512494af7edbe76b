import { computed, toValue, watch, type MaybeRefOrGetter } from "vue";
import { useI18n } from "vue-i18n";
import { useRouter } from "vue-router";
import type { Drift } from "../../../common/schema/drift.ts";
import { isActive } from "../model/deployment-status.ts";
import { CallError } from "../socket/call-error.ts";
import { useAsyncAction, type AsyncAction } from "./useAsyncAction.ts";
import { useConfirm } from "./useConfirm.ts";
import { useLoaded, type Loaded } from "./useLoaded.ts";
import { usePagePlace } from "./usePagePlace.ts";
import { usePush, useSocket } from "./useSocket.ts";
import { useStacks } from "./useStacks.ts";

export interface StackDrift extends Loaded<Drift | null> {
    readonly check: AsyncAction<[]>;
    /** Asks, deploys the live release again, and opens the deployment. */
    readonly restore: AsyncAction<[]>;
}

/**
 * How a stack differs from its live release; null where there is nothing to compare with. Looked at now, after every
 * deployment, and when the stack was started or stopped: never by the clock.
 */
export function useDrift(stack: MaybeRefOrGetter<string>): StackDrift {
    const { call } = useSocket();
    const { confirm } = useConfirm();
    const { t } = useI18n();
    const router = useRouter();
    const placeOf = usePagePlace();
    const { stacks } = useStacks();
    const loaded = useLoaded(() => find(toValue(stack)), [() => toValue(stack)]);

    async function find(name: string): Promise<Drift | null> {
        try {
            return (await call("getStackDrift", name)).drift;
        } catch (error) {
            if (error instanceof CallError && error.code === "not_found") {
                return null;
            }
            throw error;
        }
    }

    usePush("deploymentStatusUpdate", ({ deployment }) => {
        const isKnown = loaded.data.value?.deploying === deployment.id;
        if (deployment.stackId === toValue(stack) && (!isActive(deployment) || !isKnown)) {
            void loaded.reload();
        }
    });
    const status = computed(() => stacks.value?.[toValue(stack)]?.status);
    watch(status, (now, before) => before !== undefined && now !== undefined && void loaded.reload());

    const check = useAsyncAction(() => loaded.reload());
    const restore = useAsyncAction(async () => {
        const sure = await confirm({
            title: t("drift.restoreTitle"),
            body: t("drift.restoreBody", { stack: toValue(stack) }),
            action: t("drift.restore"),
        });
        if (sure) {
            const { deployment } = await call("restoreStack", toValue(stack));
            await router.push(placeOf({ name: "deployment", params: { id: deployment.id } }));
        }
    });
    return { ...loaded, check, restore };
}
