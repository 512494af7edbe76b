import { ref, shallowRef, type Ref, type ShallowRef } from "vue";
import { useI18n } from "vue-i18n";
import { DiscoveryInput, type ConnectedStacks, type Discovery } from "../../../common/schema/discovery.ts";
import type { GitRepository } from "../../../common/schema/git-repository.ts";
import { choicesOf, keepChoices, type FolderChoice } from "../model/discover-form.ts";
import { fieldErrors, type FieldErrors } from "../model/field-errors.ts";
import { emptyRepositoryForm, repositoryForm, testInput, type RepositoryForm } from "../model/repository-form.ts";
import { CallError } from "../socket/call-error.ts";
import { useAsyncAction, type AsyncAction } from "./useAsyncAction.ts";
import { useSocket } from "./useSocket.ts";

export interface Discover {
    readonly form: Ref<RepositoryForm>;
    readonly errors: ShallowRef<FieldErrors>;
    readonly discovery: ShallowRef<Discovery | undefined>;
    readonly choices: Ref<FolderChoice[]>;
    readonly result: ShallowRef<ConnectedStacks | undefined>;
    /** Looks for compose files on the form's branch, or the default one. */
    readonly find: AsyncAction<[]>;
    /** Connects the chosen folders. */
    readonly connect: AsyncAction<[]>;
}

/** The work behind the wizard. `stored`: a connected repository, whose access is used again. */
export function useDiscover(stored?: GitRepository): Discover {
    const { call } = useSocket();
    const { t } = useI18n();
    const form = ref(stored === undefined ? emptyRepositoryForm() : repositoryForm(stored, ""));
    const errors = shallowRef<FieldErrors>({});
    const discovery = shallowRef<Discovery>();
    const choices = ref<FolderChoice[]>([]);
    const result = shallowRef<ConnectedStacks>();

    function access() {
        const { url, authType, credentials, provider, allowPrivateHost } = testInput(form.value);
        return { url, authType, credentials, provider, allowPrivateHost, fromStack: stored?.stackId };
    }

    const find = useAsyncAction(
        async () => {
            const branch = form.value.branch === "" ? undefined : form.value.branch;
            const input = { ...access(), branch };
            errors.value = fieldErrors(DiscoveryInput, input);
            if (Object.keys(errors.value).length > 0) {
                throw new CallError("invalid", t("error.fields"), false);
            }
            const found = await call("discoverRepository", input);
            choices.value = keepChoices(choices.value, choicesOf(found));
            discovery.value = found;
            form.value.branch = found.branch;
        },
        { quiet: true },
    );

    const connect = useAsyncAction(
        async () => {
            const chosen = choices.value.filter((choice) => choice.chosen);
            result.value = await call("connectStacks", {
                ...access(),
                branch: form.value.branch,
                autoSync: form.value.autoSync,
                stacks: chosen.map(({ folder, stack }) => ({ stack, composePath: folder.composePath })),
            });
        },
        { quiet: true },
    );

    return { form, errors, discovery, choices, result, find, connect };
}
