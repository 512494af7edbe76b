import { shallowRef, type ShallowRef } from "vue";
import { useI18n } from "vue-i18n";
import type { GitRepository } from "../../../common/schema/git-repository.ts";
import { hostKeyChange, type HostKeyChange } from "../model/host-key.ts";
import { storedInput } from "../model/repository-form.ts";
import { CallError } from "../socket/call-error.ts";
import { useAsyncAction, type AsyncAction } from "./useAsyncAction.ts";
import { useConfirm } from "./useConfirm.ts";
import { useSocket } from "./useSocket.ts";
import { useToasts } from "./useToasts.ts";

export interface HostKey {
    /** The change that was found last. */
    readonly change: ShallowRef<HostKeyChange | undefined>;
    /** Remembers the change that a call's failure tells of, and forgets an earlier one when it tells of none. */
    watch<T>(call: Promise<T>): Promise<T>;
    /** Asks the server which key it shows now. */
    readonly look: AsyncAction<[repository: GitRepository]>;
    /** Asks, and pins the key that the server offers; one that has changed again meanwhile is shown instead. */
    readonly accept: AsyncAction<[repository: GitRepository]>;
}

/** The key of a repository's SSH server, when it is not the pinned one. */
export function useHostKey(): HostKey {
    const { call } = useSocket();
    const { confirm } = useConfirm();
    const { t } = useI18n();
    const toasts = useToasts();
    const change = shallowRef<HostKeyChange>();

    async function watch<T>(asked: Promise<T>): Promise<T> {
        try {
            const answer = await asked;
            change.value = undefined;
            return answer;
        } catch (error) {
            change.value = error instanceof CallError ? hostKeyChange(error.details) : undefined;
            throw error;
        }
    }

    /** Whatever else is wrong with the remote is not asked here. */
    async function find(repository: GitRepository): Promise<void> {
        const test = call("testGitConnection", repository.stackId, storedInput(repository));
        await watch(test).catch(() => undefined);
    }

    const accept = useAsyncAction(
        async (repository: GitRepository) => {
            const asked = change.value;
            const sure =
                asked !== undefined &&
                (await confirm({
                    title: t("hostKey.confirmTitle"),
                    body: t("hostKey.confirmBody", { offered: asked.offered }),
                    action: t("hostKey.accept"),
                    danger: true,
                }));
            if (sure) {
                await pin(repository, asked);
            }
        },
        { quiet: true },
    );

    async function pin(repository: GitRepository, { offered }: HostKeyChange): Promise<void> {
        try {
            await call("acceptHostKey", repository.stackId, offered);
        } catch (error) {
            await find(repository);
            throw error;
        }
        change.value = undefined;
        toasts.success(t("hostKey.accepted"));
    }

    return { change, watch, look: useAsyncAction(find, { quiet: true }), accept };
}
