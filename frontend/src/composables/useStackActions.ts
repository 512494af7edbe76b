import { useI18n } from "vue-i18n";
import { useRouter } from "vue-router";
import { useAsyncAction, type AsyncAction } from "./useAsyncAction.ts";
import { useConfirm } from "./useConfirm.ts";
import { useSocket } from "./useSocket.ts";
import { useToasts } from "./useToasts.ts";

export type StackVerb = "startStack" | "stopStack" | "restartStack" | "updateStack" | "downStack";

export interface StackActions {
    readonly act: AsyncAction<[verb: StackVerb, stack: string]>;
    readonly remove: AsyncAction<[stack: string, machines: readonly string[]]>;
}

/** Dockge's buttons on a stack. */
export function useStackActions(): StackActions {
    const { call } = useSocket();
    const { t, te } = useI18n();
    const { confirm } = useConfirm();
    const toasts = useToasts();
    const router = useRouter();

    function say(message: string | undefined): void {
        if (message !== undefined) {
            toasts.success(te(message) ? t(message) : message);
        }
    }

    const act = useAsyncAction(async (verb: StackVerb, stack: string) => say((await call(verb, stack)).msg));
    const remove = useAsyncAction(async (stack: string, machines: readonly string[]) => {
        const there = machines.length === 0 ? "" : ` ${t("stack.deleteElsewhere", { machines: machines.join(", ") })}`;
        const sure = await confirm({
            title: t("stack.deleteTitle", { stack }),
            body: t("stack.deleteBody") + there,
            action: t("stack.delete"),
            danger: true,
        });
        if (sure) {
            say((await call("deleteStack", stack)).msg);
            await router.push("/");
        }
    });
    return { act, remove };
}
