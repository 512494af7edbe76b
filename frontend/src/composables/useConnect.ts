import { ref, shallowRef, toValue, type MaybeRefOrGetter, type Ref, type ShallowRef } from "vue";
import { useI18n } from "vue-i18n";
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
import { CallError } from "../socket/call-error.ts";
import { useAsyncAction, type AsyncAction } from "./useAsyncAction.ts";
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
    readonly saved: ShallowRef<GitRepository | undefined>;
    /** Asks the remote for its branches and compose files, and picks the likely ones. */
    readonly test: AsyncAction<[]>;
    readonly save: AsyncAction<[]>;
}

/** The work behind the connect form. `stored`: what is connected now, when that is edited. */
export function useConnect(stack: MaybeRefOrGetter<string>, stored?: GitRepository, composePath = ""): Connect {
    const { call } = useSocket();
    const { t } = useI18n();
    const form = ref(stored === undefined ? emptyRepositoryForm() : repositoryForm(stored, composePath));
    const errors = shallowRef<FieldErrors>({});
    const remote = shallowRef<RemoteContent>({ branches: [], composePaths: [] });
    const saved = shallowRef<GitRepository>();

    function check(found: FieldErrors): void {
        errors.value = found;
        if (Object.keys(found).length > 0) {
            throw new CallError("invalid", t("error.fields"), false);
        }
    }

    const test = useAsyncAction(
        async () => {
            const input = testInput(form.value, stored);
            check(fieldErrors(GitRepositoryInput.partial({ branch: true }), input));
            const answer = await call("testGitConnection", toValue(stack), input);
            remote.value = answer;
            if (!answer.branches.includes(form.value.branch)) {
                form.value.branch = answer.defaultBranch;
            }
            form.value.composePath ||= answer.composePaths[0] ?? "";
        },
        { quiet: true },
    );

    const save = useAsyncAction(
        async () => {
            const input = repositoryInput(form.value, stored);
            const path = form.value.composePath.trim();
            check({
                ...fieldErrors(GitRepositoryInput, input),
                ...fieldErrors(BuildConfigInput, { composePath: path === "" ? null : path }),
            });
            saved.value = (await call("saveGitRepository", toValue(stack), input)).repository;
            await saveComposePath(path);
        },
        { quiet: true },
    );

    async function saveComposePath(path: string): Promise<void> {
        const { buildConfig } = await call("getBuildConfig", toValue(stack));
        if ((buildConfig?.composePath ?? "") !== path) {
            const base = buildConfig === null ? defaultBuildConfig() : inputOf(buildConfig);
            await call("saveBuildConfig", toValue(stack), { ...base, composePath: path === "" ? null : path });
        }
    }

    return { form, errors, remote, saved, test, save };
}
