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

/** Those whose key it is: how they are asked for it, and what they are called in the texts. */
export interface KeyOwner<S> {
    readonly texts: "hostKey" | "machineKey";
    /** Any call that reaches the server; its outcome does not count. */
    look(subject: S): Promise<unknown>;
    pin(subject: S, fingerprint: string): Promise<unknown>;
}

export interface KeyChange<S> {
    /** The change that was found last. */
    readonly change: ShallowRef<HostKeyChange | undefined>;
    /** Remembers the change that a call's failure tells of, and forgets an earlier one when it tells of none. */
    watch<T>(call: Promise<T>): Promise<T>;
    /** Asks the server which key it shows now. */
    readonly look: AsyncAction<[subject: S]>;
    /** Asks, and pins the key that the server offers; one that has changed again meanwhile is shown instead. */
    readonly accept: AsyncAction<[subject: S]>;
}

export type HostKey = KeyChange<GitRepository>;

/** The key of a repository's SSH server, when it is not the pinned one. */
export function useHostKey(): HostKey {
    const { call } = useSocket();
    return useKeyChange<GitRepository>({
        texts: "hostKey",
        look: (repository) => call("testGitConnection", repository.stackId, storedInput(repository)),
        pin: (repository, fingerprint) => call("acceptHostKey", repository.stackId, fingerprint),
    });
}

/** The key of an SSH server, when it is not the pinned one. */
export function useKeyChange<S>(owner: KeyOwner<S>): KeyChange<S> {
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
    async function find(subject: S): Promise<void> {
        await watch(owner.look(subject)).catch(() => undefined);
    }

    const accept = useAsyncAction(
        async (subject: S) => {
            const asked = change.value;
            const sure =
                asked !== undefined &&
                (await confirm({
                    title: t(`${owner.texts}.confirmTitle`),
                    body: t(`${owner.texts}.confirmBody`, { offered: asked.offered }),
                    action: t("hostKey.accept"),
                    danger: true,
                }));
            if (sure) {
                await pin(subject, asked);
            }
        },
        { quiet: true },
    );

    async function pin(subject: S, { offered }: HostKeyChange): Promise<void> {
        try {
            await watch(owner.pin(subject, offered));
        } catch (error) {
            await (change.value === undefined ? find(subject) : undefined);
            throw error;
        }
        toasts.success(t("hostKey.accepted"));
    }

    return { change, watch, look: useAsyncAction(find, { quiet: true }), accept };
}
