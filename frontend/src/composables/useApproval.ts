import { useI18n } from "vue-i18n";
import type { Deployment } from "../../../common/schema/deployment.ts";
import type { Preview } from "../../../common/schema/preview.ts";
import { useAsyncAction, type AsyncAction } from "./useAsyncAction.ts";
import { useConfirm } from "./useConfirm.ts";
import { useLoaded, type Loaded } from "./useLoaded.ts";
import { useSocket } from "./useSocket.ts";

export interface Approval {
    /** What approving would change. */
    readonly preview: Loaded<Preview>;
    readonly approve: AsyncAction<[]>;
    /** Asks first. */
    readonly reject: AsyncAction<[]>;
}

/** What a deployment that waits for approval would do, and the decision about it. */
export function useApproval(deployment: () => Deployment): Approval {
    const { call } = useSocket();
    const { confirm } = useConfirm();
    const { t } = useI18n();
    const id = (): string => deployment().id;

    const approve = useAsyncAction(async () => {
        await call("approveDeployment", id());
    });
    const reject = useAsyncAction(async () => {
        const { stackId: stack, commitSha } = deployment();
        const sure = await confirm({
            title: t("approval.rejectTitle"),
            body: t("approval.rejectBody", { stack, commit: commitSha.slice(0, 7) }),
            action: t("approval.reject"),
            danger: true,
        });
        if (sure) {
            await call("rejectDeployment", id());
        }
    });
    return {
        preview: useLoaded(async () => (await call("getDeploymentPreview", id())).preview, [id]),
        approve,
        reject,
    };
}
