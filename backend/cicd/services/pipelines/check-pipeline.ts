import { AppError } from "../../../../common/errors.ts";
import type { CheckedPipeline, PipelineText } from "../../../../common/schema/pipeline-check.ts";
import type { RepositoryRecord } from "../../core/git-repository.ts";
import { loadPipeline } from "../../pipeline/load-pipeline.ts";
import { planPipeline } from "../../pipeline/plan-pipeline.ts";
import type { RunContext } from "../../pipeline/run-context.ts";
import { findPipelinePath, notFetched, type PipelineFilePorts, plainPath } from "./find-pipeline-file.ts";
import { runVariables } from "./job-environment.ts";
import { findKnownCommit, requireConnected } from "./known-commit.ts";

/**
 * Checks a text as a stack's pipeline: every mistake at once, or what a push of the branch or tag would run. Files that it
 * includes are read from the newest commit that the server has. Throws `not_found` where the stack is not connected,
 * `conflict` where files are included and nothing was fetched yet.
 */
export async function checkPipeline(
    ports: PipelineFilePorts,
    { stack, input }: { readonly stack: string; readonly input: PipelineText },
): Promise<CheckedPipeline> {
    const repository = await requireConnected(ports, stack);
    const own = input.path === undefined ? await findPipelinePath(ports, stack) : plainPath(input.path);
    return ports.git.use(repository.url, async () => {
        const commit = await findKnownCommit(ports, repository);
        const loaded = await loadPipeline(own, async (path) =>
            path === own ? input.text : readIncluded(ports, repository, commit, path),
        );
        const checked = loaded.ok ? planPipeline(loaded.pipeline, contextOf(repository, commit, input)) : loaded;
        return checked.ok ? { mistakes: [], plan: checked.plan } : { mistakes: [...checked.mistakes], plan: null };
    });
}

async function readIncluded(
    { git }: PipelineFilePorts,
    repository: RepositoryRecord,
    commit: string | undefined,
    path: string,
): Promise<string | undefined> {
    if (commit === undefined) {
        throw new AppError("conflict", `include: ${path} cannot be read. ${notFetched(repository.branch)}`);
    }
    return git.readFile(repository, commit, path);
}

/** A push that may have changed anything. */
function contextOf(
    repository: RepositoryRecord,
    commit: string | undefined,
    { branch, tag }: PipelineText,
): RunContext {
    const name = branch ?? repository.branch;
    const run = { id: "checked", stackId: repository.stackId, commitSha: commit ?? "0".repeat(40), branch: name, tag };
    return { branch: tag === undefined ? name : undefined, tag, trigger: "webhook", variables: runVariables(run) };
}
