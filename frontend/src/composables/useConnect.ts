import { ref, shallowRef, toValue, type MaybeRefOrGetter, type Ref, type ShallowRef } from "vue";
import { BuildConfigInput } from "../../../common/schema/build-config.ts";
import { GitRepositoryInput, type GitRepository } from "../../../common/schema/git-repository.ts";
import { defaultBuildConfig, inputOf } from "../model/build-form.ts";
import { fieldErrors, type FieldErrors } from "../model/field-errors.ts";
import {
    emptyRepositoryForm,
    repositoryForm,
    repositoryInput,
    testInput,
    type RepositoryForm,
} from "../model/repository-form.ts";
import type { SocketClient } from "../socket/client.ts";
import { useAsyncAction, type AsyncAction } from "./useAsyncAction.ts";
import { useFieldErrors } from "./useFieldErrors.ts";
import { useHostKey, type HostKey } from "./useHostKey.ts";
import { useSocket } from "./useSocket.ts";

/** What the remote has. */
export interface RemoteContent {
    readonly branches: readonly string[];
    readonly composePaths: readonly string[];
}

export interface Connect {
    readonly form: Ref<RepositoryForm>;
    readonly errors: ShallowRef<FieldErrors>;
    readonly remote: ShallowRef<RemoteContent>;
    /** What was saved here, with the webhook's secret where that was made. */
    readonly saved: ShallowRef<GitRepository | undefined>;
    /** The key of an SSH server that is not the pinned one. */
    readonly hostKey: HostKey;
    /**
     * Asks the remote for its branches and compose files, and picks the likely ones. `atFields`: complaints are shown
     * at the address's fields.
     */
    readonly test: AsyncAction<[atFields: boolean]>;
    /** Saves the address, so that a key is made for it; its branch is chosen once the key opens the repository. */
    readonly makeKey: AsyncAction<[]>;
    readonly save: AsyncAction<[]>;
}

const addressFields = ["url", "authType", "credentials"] as const;
const branchFields = ["branch", "composePath"] as const;

/** The work behind the connect form. `stored`: what is connected now, when that is edited. */
export function useConnect(stack: MaybeRefOrGetter<string>, stored?: GitRepository, composePath = ""): Connect {
    const { call } = useSocket();
    const form = ref(stored === undefined ? emptyRepositoryForm() : repositoryForm(stored, composePath));
    const remote = shallowRef<RemoteContent>({ branches: [], composePaths: [] });
    const saved = shallowRef<GitRepository>();
    const hostKey = useHostKey();
    const { errors, refuse, placed } = useFieldErrors();

    const test = useAsyncAction(
        async (atFields: boolean) => {
            const input = testInput(form.value, stored);
            refuse(fieldErrors(GitRepositoryInput.partial({ branch: true }), input));
            const answer = await hostKey.watch(
                placed(atFields ? addressFields : [], call("testGitConnection", toValue(stack), input)),
            );
            remote.value = answer;
            if (!answer.branches.includes(form.value.branch)) {
                form.value.branch = answer.defaultBranch;
            }
            form.value.composePath ||= answer.composePaths[0] ?? "";
        },
        { quiet: true },
    );

    async function saveRepository(fields: readonly string[], wanted: RepositoryForm): Promise<void> {
        const input = repositoryInput(wanted, stored);
        refuse(fieldErrors(GitRepositoryInput, input));
        const request = call("saveGitRepository", toValue(stack), input);
        const { repository } = await hostKey.watch(placed(fields, request));
        const webhookSecret = repository.webhookSecret ?? saved.value?.webhookSecret;
        saved.value = webhookSecret === undefined ? repository : { ...repository, webhookSecret };
    }

    const makeKey = useAsyncAction(
        async () => {
            await saveRepository(addressFields, { ...form.value, branch: form.value.branch || "main" });
            form.value.hasKey = true;
            form.value.keySource = "kept";
        },
        { quiet: true },
    );

    const save = useAsyncAction(
        async () => {
            const path = form.value.composePath.trim();
            refuse(fieldErrors(BuildConfigInput, { composePath: path === "" ? null : path }));
            await saveRepository(branchFields, form.value);
            await saveComposePath(call, toValue(stack), path);
        },
        { quiet: true },
    );

    return { form, errors, remote, saved, hostKey, test, makeKey, save };
}

async function saveComposePath(call: SocketClient["call"], stack: string, path: string): Promise<void> {
    const { buildConfig } = await call("getBuildConfig", stack);
    if ((buildConfig?.composePath ?? "") !== path) {
        const base = buildConfig === null ? defaultBuildConfig() : inputOf(buildConfig);
        await call("saveBuildConfig", stack, { ...base, composePath: path === "" ? null : path });
    }
}
