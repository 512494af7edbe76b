import { ref, shallowRef, type Ref, type ShallowRef } from "vue";
import { useI18n } from "vue-i18n";
import {
    DiscoveryInput,
    type ConnectedStacks,
    type DeployKey,
    type Discovery,
} from "../../../common/schema/discovery.ts";
import type { GitRepository } from "../../../common/schema/git-repository.ts";
import { choicesOf, keepChoices, pathsOf, type FolderChoice } from "../model/discover-form.ts";
import { fieldErrors, type FieldErrors } from "../model/field-errors.ts";
import {
    emptyRepositoryForm,
    makesKey,
    repositoryForm,
    testInput,
    type RepositoryForm,
} from "../model/repository-form.ts";
import { CallError } from "../socket/call-error.ts";
import { useAsyncAction, type AsyncAction } from "./useAsyncAction.ts";
import { useDeployKey } from "./useDeployKey.ts";
import { useSocket } from "./useSocket.ts";

export interface Discover {
    readonly form: Ref<RepositoryForm>;
    readonly errors: ShallowRef<FieldErrors>;
    readonly discovery: ShallowRef<Discovery | undefined>;
    readonly choices: Ref<FolderChoice[]>;
    /** Folders that each new stack watches beside its own. */
    readonly shared: Ref<readonly string[]>;
    /** The key that was made; the server keeps it for a while. */
    readonly deployKey: ShallowRef<DeployKey | undefined>;
    /** Makes a key, unless there is one that is still kept. */
    readonly makeKey: AsyncAction<[]>;
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
    const shared = ref<readonly string[]>([]);
    const { deployKey, make, watch } = useDeployKey();
    const result = shallowRef<ConnectedStacks>();

    function access() {
        const { url, authType, credentials, provider, allowPrivateHost } = testInput(form.value);
        const keyId = makesKey(form.value) ? deployKey.value?.keyId : undefined;
        return { url, authType, credentials, provider, allowPrivateHost, keyId, fromStack: stored?.stackId };
    }

    function check(input: object): void {
        errors.value = fieldErrors(DiscoveryInput, input);
        if (Object.keys(errors.value).length > 0) {
            throw new CallError("invalid", t("error.fields"), false);
        }
    }

    const makeKey = useAsyncAction(
        async () => {
            check(access());
            await make();
        },
        { quiet: true },
    );

    const find = useAsyncAction(
        async () => {
            const branch = form.value.branch === "" ? undefined : form.value.branch;
            const input = { ...access(), branch };
            check(input);
            const found = await watch(call("discoverRepository", input));
            choices.value = keepChoices(choices.value, choicesOf(found));
            discovery.value = found;
            form.value.branch = found.branch;
        },
        { quiet: true },
    );

    const connect = useAsyncAction(
        async () => {
            const chosen = choices.value.filter((choice) => choice.chosen);
            const stacks = chosen.map(({ folder, stack }) => {
                const paths = pathsOf(folder, shared.value);
                return { stack, composePath: folder.composePath, ...(paths.length > 0 && { paths }) };
            });
            const { branch, autoSync } = form.value;
            result.value = await watch(call("connectStacks", { ...access(), branch, autoSync, stacks }));
        },
        { quiet: true },
    );

    return { form, errors, discovery, choices, shared, deployKey, result, makeKey, find, connect };
}
