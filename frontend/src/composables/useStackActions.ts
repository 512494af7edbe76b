import { useI18n } from "vue-i18n";
import { useRouter } from "vue-router";
import type { DeleteOptions } from "../../../common/schema/stack-options.ts";
import { deleteArguments } from "../model/delete-choice.ts";
import { useAsyncAction, type AsyncAction } from "./useAsyncAction.ts";
import { usePagePath } from "./usePagePath.ts";
import { useSocket } from "./useSocket.ts";
import { useToasts } from "./useToasts.ts";

export type StackVerb = "startStack" | "stopStack" | "restartStack" | "updateStack" | "downStack";

export interface StackActions {
    readonly act: AsyncAction<[verb: StackVerb, stack: string]>;
    /** Deletes, and goes home unless the stack is still there. */
    readonly remove: AsyncAction<[stack: string, options: DeleteOptions]>;
}

/** Dockge's buttons on a stack. */
export function useStackActions(): StackActions {
    const { call } = useSocket();
    const { t, te } = useI18n();
    const toasts = useToasts();
    const router = useRouter();
    const pathOf = usePagePath();

    function say(message: string | undefined): void {
        if (message !== undefined) {
            toasts.success(te(message) ? t(message) : message);
        }
    }

    const act = useAsyncAction(async (verb: StackVerb, stack: string) => say((await call(verb, stack)).msg));
    const remove = useAsyncAction(async (stack: string, options: DeleteOptions) => {
        say((await call("deleteStack", stack, ...deleteArguments(options))).msg);
        if (!options.keepFiles) {
            await router.push(pathOf("/"));
        }
    });
    return { act, remove };
}
