import { toValue, type MaybeRefOrGetter } from "vue";
import type { GitRepository } from "../../../common/schema/git-repository.ts";
import { useLoaded, type Loaded } from "./useLoaded.ts";
import { usePush, useSocket } from "./useSocket.ts";

/** A stack's repository, live; null when none is connected, or while the stack ("") is not known. */
export function useRepository(stack: MaybeRefOrGetter<string>): Loaded<GitRepository | null> {
    const { call } = useSocket();
    const loaded = useLoaded(
        async () => (toValue(stack) === "" ? null : (await call("getGitRepository", toValue(stack))).repository),
        [() => toValue(stack)],
    );

    usePush("gitRepositoryUpdate", ({ stackName, repository }) => {
        if (stackName === toValue(stack)) {
            loaded.data.value = repository;
        }
    });
    return loaded;
}
