import { AppError } from "../../../common/errors.ts";
import type {
    CommitsBetween,
    FileChange,
    ReleaseCommit,
    ReleaseComparison,
    ReleasePair,
    ShownDiff,
} from "../../../common/schema/release.ts";
import type { BuildConfigStore } from "../core/build-config.ts";
import { type ChangedFile, compareFiles, compareImages, compareVariables } from "../core/compare-releases.ts";
import type { DeploymentStore } from "../core/deployment.ts";
import type { Files } from "../core/files.ts";
import type { CommitInfo, Git } from "../core/git.ts";
import type { RepositoryStore } from "../core/git-repository.ts";
import type { Release, ReleaseStore } from "../core/release.ts";
import type { TextDiff } from "../core/text-diff.ts";
import { secretsOf, secretValues } from "./connection.ts";
import type { Maskers } from "./maskers.ts";
import { ownVariableNames } from "./run-environment.ts";
import { hiddenNote, isEnvironmentFile, isPrivateKey, namedSecrets } from "./secret-files.ts";
import { readShown, showDiff } from "./shown-diff.ts";

export interface CompareReleasesPorts {
    readonly deployments: Pick<DeploymentStore, "find">;
    readonly repositories: Pick<RepositoryStore, "findByStack">;
    readonly buildConfigs: Pick<BuildConfigStore, "findByStack">;
    readonly releases: Pick<ReleaseStore, "find" | "filesDirectory">;
    readonly files: Pick<Files, "readRegular" | "readLink">;
    readonly git: Pick<Git, "commitsBetween">;
    readonly diff: TextDiff;
    readonly maskers: Maskers;
}

const mostFiles = 200;
const mostDiffs = 30;
const mostCommits = 100;

interface Pair {
    readonly from: Release;
    readonly to: Release;
}

type Mask = (text: string) => string;

/**
 * What changed from one kept release of a stack to another: commits, files, images, names of variables, override. Values
 * of variables and secrets are never among it. Throws `not_found` for a release that is not kept.
 */
export async function compareReleases(
    ports: CompareReleasesPorts,
    stack: string,
    wanted: ReleasePair,
): Promise<ReleaseComparison> {
    const pair = {
        from: await requireRelease(ports, stack, wanted.from),
        to: await requireRelease(ports, stack, wanted.to),
    };
    const mask = await maskFor(ports, stack, pair);
    const changed = compareFiles(pair.from.files, pair.to.files);
    const { from, to } = pair;
    return {
        from: headOf(from),
        to: headOf(to),
        commits: await commitsOf(ports, stack, pair, mask),
        files: await showFiles(ports, pair, changed, mask),
        moreFiles: changed.length > mostFiles ? changed.length - mostFiles : undefined,
        images: compareImages(from.images, to.images),
        variables: compareVariables(from.variables, to.variables, new Set(ownVariableNames)),
        override:
            from.override === to.override
                ? undefined
                : showDiff({ diff: ports.diff, mask }, from.override ?? "", to.override ?? ""),
    };
}

function headOf({ deploymentId, commitSha, createdAt }: Release): ReleaseComparison["from"] {
    return { deploymentId, commitSha, createdAt };
}

async function requireRelease({ releases }: CompareReleasesPorts, stack: string, id: string): Promise<Release> {
    const release = await releases.find(id);
    if (release?.stackId !== stack) {
        throw new AppError(
            "not_found",
            `release: ${stack} keeps none of the deployment ${id}; list its releases first`,
        );
    }
    return release;
}

/** The secrets of both releases, and those that the stack has now. */
async function maskFor(ports: CompareReleasesPorts, stack: string, { from, to }: Pair): Promise<Mask> {
    const repository = await ports.repositories.findByStack(stack);
    const config = await ports.buildConfigs.findByStack(stack);
    const connected =
        repository && config ? secretsOf({ repository, config, variables: config.environmentVariables }) : [];
    const masker = ports.maskers([...connected, ...secretValues(from.variables), ...secretValues(to.variables)]);
    return (text) =>
        text
            .split("\n")
            .map((line) => masker.mask(line))
            .join("\n");
}

async function commitsOf(
    ports: CompareReleasesPorts,
    stack: string,
    { from, to }: Pair,
    mask: Mask,
): Promise<CommitsBetween | undefined> {
    const repository = await ports.repositories.findByStack(stack);
    const rows = await Promise.all([from, to].map(({ deploymentId }) => ports.deployments.find(deploymentId)));
    if (repository === undefined || rows.some((row) => row?.repositoryId !== repository.id)) {
        return undefined;
    }
    const added = await ports.git.commitsBetween(repository, from.commitSha, to.commitSha, mostCommits + 1);
    const removed = await ports.git.commitsBetween(repository, to.commitSha, from.commitSha, mostCommits + 1);
    if (added === undefined || removed === undefined) {
        return undefined;
    }
    const shown = (commits: readonly CommitInfo[]): ReleaseCommit[] =>
        commits.slice(0, mostCommits).map(({ sha, message, author, time }) => ({
            sha,
            subject: mask(message),
            author: mask(author),
            time,
        }));
    return {
        added: shown(added),
        removed: shown(removed),
        more: added.length > mostCommits || removed.length > mostCommits,
    };
}

async function showFiles(
    ports: CompareReleasesPorts,
    pair: Pair,
    changed: readonly ChangedFile[],
    mask: Mask,
): Promise<FileChange[]> {
    const shown: FileChange[] = [];
    const secrets = new Set([...(await namedSecrets(ports, pair.from)), ...(await namedSecrets(ports, pair.to))]);
    for (const file of changed.slice(0, mostFiles)) {
        const isShown = shown.filter(({ diff }) => diff !== undefined).length < mostDiffs;
        const isSecret = isEnvironmentFile(file.path) || secrets.has(file.path);
        const difference = isShown ? await showFile(ports, pair, file, isSecret ? undefined : mask) : {};
        shown.push({ path: file.path, kind: file.kind, ...difference });
    }
    return shown;
}

async function showFile(
    ports: CompareReleasesPorts,
    pair: Pair,
    { path, from, to }: ChangedFile,
    mask: Mask | undefined,
): Promise<ShownDiff> {
    if (mask === undefined) {
        return { note: hiddenNote };
    }
    if (from !== undefined && from.sha256 === to?.sha256) {
        return { note: to.executable ? "was made executable" : "is not executable any more" };
    }
    const before = from && (await lookAt(ports, pair.from, path));
    const after = to && (await lookAt(ports, pair.to, path));
    return before?.link === undefined && after?.link === undefined
        ? showTexts(ports, before, after, mask)
        : { note: mask([before, after].flatMap(nameOf).join(" → ")) };
}

function showTexts(
    { diff }: CompareReleasesPorts,
    before: There | undefined,
    after: There | undefined,
    mask: Mask,
): ShownDiff {
    const [old, now] = [before ?? none, after ?? none].map(({ text }) => text);
    if (isPrivateKey(old) || isPrivateKey(now)) {
        return { note: hiddenNote };
    }
    return old === undefined || now === undefined
        ? { note: "binary, or too large to be shown" }
        : showDiff({ diff, mask }, old, now);
}

interface There {
    readonly link?: string | undefined;
    readonly text?: string | undefined;
}

/** What a file is where there is none. */
const none: There = { text: "" };

async function lookAt({ files, releases }: CompareReleasesPorts, release: Release, path: string): Promise<There> {
    const root = releases.filesDirectory(release.deploymentId);
    const link = await files.readLink(root, path);
    return link === undefined ? { text: await readShown(files, root, path) } : { link };
}

function nameOf(there: There | undefined): readonly string[] {
    if (there === undefined) {
        return [];
    }
    return [there.link === undefined ? "a file" : `a symlink to ${there.link}`];
}
