import { useI18n } from "vue-i18n";
import { useRouter } from "vue-router";
import type { Deployment, DeploymentRequest } from "../../../common/schema/deployment.ts";
import { useAsyncAction, type AsyncAction } from "./useAsyncAction.ts";
import { useConfirm } from "./useConfirm.ts";
import { usePagePlace } from "./usePagePlace.ts";
import { useSocket } from "./useSocket.ts";

export interface DeploymentActions {
    /** Deploys what the repository's branch, or the request, points to. */
    readonly deploy: AsyncAction<[stack: string, request?: DeploymentRequest]>;
    readonly rollBack: AsyncAction<[deployment: Deployment]>;
    readonly cancel: AsyncAction<[deployment: Deployment]>;
}

/** Starts, rolls back and cancels; a new deployment's page is opened. */
export function useDeploymentActions(): DeploymentActions {
    const { call } = useSocket();
    const { confirm } = useConfirm();
    const { t } = useI18n();
    const router = useRouter();
    const placeOf = usePagePlace();

    async function open({ deployment }: { deployment: Deployment }): Promise<void> {
        await router.push(placeOf({ name: "deployment", params: { id: deployment.id } }));
    }

    const deploy = useAsyncAction(async (stack: string, request?: DeploymentRequest) =>
        open(await call("triggerBuild", stack, request)),
    );
    const rollBack = useAsyncAction(async (deployment: Deployment) => {
        const commit = deployment.commitSha.slice(0, 7);
        const sure = await confirm({
            title: t("deployment.rollBackTitle"),
            body: t("deployment.rollBackBody", { stack: deployment.stackId, commit }),
            action: t("deployment.rollBack"),
        });
        if (sure) {
            await open(await call("rollbackDeployment", deployment.id));
        }
    });
    const cancel = useAsyncAction(async (deployment: Deployment) => {
        await call("cancelBuild", deployment.id);
    });
    return { deploy, rollBack, cancel };
}
