import { computed, ref, shallowRef, toValue, watch, type MaybeRefOrGetter, type Ref, type ShallowRef } from "vue";
import type { GitRepository } from "../../../common/schema/git-repository.ts";
import type { HookAccess, RepositoryHook } from "../../../common/schema/repository-hook.ts";
import { CallError } from "../socket/call-error.ts";
import { useAsyncAction, type AsyncAction } from "./useAsyncAction.ts";
import { useEpoch } from "./useEpoch.ts";
import { useSocket } from "./useSocket.ts";

export interface RepositoryHookState {
    readonly hook: ShallowRef<RepositoryHook | undefined>;
    /** A user without the right to edit is not shown it. */
    readonly hidden: Readonly<Ref<boolean>>;
    /** A token for the next calls; never kept by the server. */
    readonly token: Ref<string>;
    readonly username: Ref<string>;
    readonly check: AsyncAction<[]>;
    readonly create: AsyncAction<[]>;
    readonly remove: AsyncAction<[]>;
}

/** The webhook as the provider knows it: asked for once, and whenever the connection to the repository changes. */
export function useRepositoryHook(given: MaybeRefOrGetter<GitRepository>): RepositoryHookState {
    const { call } = useSocket();
    const hook = shallowRef<RepositoryHook>();
    const hidden = ref(false);
    const token = ref("");
    const username = ref("");
    const repository = computed(() => toValue(given));
    const connection = computed(() => {
        const { stackId, url, provider, authType, hasCredentials } = repository.value;
        return [stackId, url, provider, authType, hasCredentials].join("\n");
    });

    function access(): [] | [HookAccess] {
        const name = username.value.trim();
        return token.value === "" ? [] : [{ token: token.value, ...(name !== "" && { username: name }) }];
    }

    async function ask(event: "getRepositoryHook" | "createRepositoryHook" | "removeRepositoryHook"): Promise<void> {
        const asked = connection.value;
        const answer = await call(event, repository.value.stackId, ...access()).catch((error: unknown) => {
            hidden.value ||= error instanceof CallError && error.code === "forbidden";
            if (asked === connection.value) {
                throw error;
            }
        });
        if (asked !== connection.value) {
            // The answer is about what was connected before.
            await ask("getRepositoryHook");
            return;
        }
        hook.value = answer?.hook;
    }

    const check = useAsyncAction(() => ask("getRepositoryHook"), { quiet: true });
    const create = useAsyncAction(() => ask("createRepositoryHook"), { quiet: true });
    const remove = useAsyncAction(() => ask("removeRepositoryHook"), { quiet: true });
    useEpoch(() => {
        if (hook.value === undefined) {
            void check.run();
        }
    });
    watch(connection, () => {
        hook.value = undefined;
        token.value = "";
        void check.run();
    });
    return { hook, hidden, token, username, check, create, remove };
}
