import { broughtFolder } from "../compose/brought-files.ts";
import { createComposeReader } from "../compose/compose-reader.ts";
import { checkContainment, type Containment } from "../compose/containment.ts";
import { checkEnvFile } from "../compose/env-file.ts";
import { findComposeFile } from "../compose/find-compose-file.ts";
import type { ComposeProject } from "../compose/compose-project.ts";
import { type LoadInput, loadProject } from "../compose/load-project.ts";
import { describeMistake } from "../compose/mistake.ts";
import { type Scope, stackScope } from "../compose/scope.ts";
import { selectBroughtFiles, selectTrackedFiles, type TrackedFile } from "../compose/tracked-files.ts";
import type { Violation } from "../compose/violation.ts";
import type { BuildConfigRecord, Variable } from "../core/build-config.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { Files } from "../core/files.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { type GlobalEnvironmentPorts, globalVariables } from "./global-environment.ts";
import { releaseVariables } from "./run-environment.ts";
import { composeEnvironment } from "./stack-environment.ts";

export interface ReadProjectInput {
    readonly worktree: string;
    readonly config: BuildConfigRecord;
    readonly variables: readonly Variable[];
    /** The text of the stack's own `.env`, where it has one. */
    readonly environmentText: string | undefined;
    /** The user's own override file: lying in the stack's folder, or remembered from there. */
    readonly userOverride: { readonly name: string; readonly text: string } | undefined;
}

/** A commit's compose files, checked, and which tracked files go into the stack's directory. */
export interface ReadProject {
    readonly project: ComposeProject;
    readonly tracked: readonly TrackedFile[];
    /** Files and folders outside of the compose file's folder that are among them. */
    readonly brought: readonly string[];
    /** The values that `${…}` has, secrets included. */
    readonly lookup: (name: string) => string | undefined;
    /** The same, with what this machine decides told apart. */
    readonly scope: Scope;
    /** Those of them that come from `global.env`. */
    readonly globals: Readonly<Record<string, string>>;
}

export interface ReadProjectPorts extends GlobalEnvironmentPorts {
    readonly files: Files;
}

/**
 * Reads and checks the compose files of a worktree before any compose command does. Everything wrong is logged, each
 * with file, line and column; the first decides the failure's code.
 */
export async function readProject(
    ports: ReadProjectPorts,
    run: DeploymentRun,
    input: ReadProjectInput,
): Promise<ReadProject> {
    const { files } = ports;
    const { worktree, config } = input;
    const paths = await files.list(worktree);
    const found = findComposeFile(paths, config);
    if (!found.ok) {
        throw new DeploymentFailure("compose_missing", found.message);
    }
    const reader = createComposeReader(files, worktree);
    const { scope, globals } = await readScope(ports, run, input, found.folder);
    const ownOverride = input.userOverride && { path: input.userOverride.name, text: input.userOverride.text };
    const wanted = { reader, files: found.files, folder: found.folder, ownOverride, lookup: scope.lookup, scope };
    const { project, containment } = await loadAndCheck(run, { ...wanted, ownEnvironment: input.environmentText });
    if (input.environmentText !== undefined && project.included.length > 1) {
        // A build has the tracked `.env` in its folder, which files that are included read beside the stack's own.
        await loadAndCheck(run, wanted);
    }
    [...containment.hostAccess, ...containment.warnings].forEach((line) => run.say(`Note: ${line}`));
    const { brought } = containment;
    const tracked = await selectTracked(files, run, { worktree, paths, folder: found.folder, brought });
    return { project, lookup: scope.lookup, scope, globals, tracked, brought };
}

async function loadAndCheck(
    run: DeploymentRun,
    input: LoadInput,
): Promise<{ readonly project: ComposeProject; readonly containment: Containment }> {
    const loaded = await loadProject(input);
    if (!loaded.ok) {
        refuse(run, loaded.violations);
        throw new DeploymentFailure("compose_invalid", "The compose files cannot be read.");
    }
    const containment = await checkContainment(loaded.project, { reader: input.reader, stack: run.stack });
    refuse(run, containment.violations);
    return { project: loaded.project, containment };
}

/** The stack's own `.env` counts, else the commit's: as far as Compose is given them. */
async function readScope(
    ports: ReadProjectPorts,
    run: DeploymentRun,
    input: ReadProjectInput,
    folder: string,
): Promise<Pick<ReadProject, "scope" | "globals">> {
    const text = input.environmentText ?? (await trackedEnvironment(ports.files, input.worktree, folder)) ?? "";
    refuse(run, checkEnvFile(folder === "" ? ".env" : `${folder}/.env`, text));
    const globals = await globalVariables(ports, text);
    const given = { ...globals, ...composeEnvironment(releaseVariables(run, input.variables)) };
    return { scope: stackScope(given, text), globals };
}

/** A commit's own `.env`; undefined where it is a symlink that leads out of the repository. */
async function trackedEnvironment(files: Files, worktree: string, folder: string): Promise<string | undefined> {
    const real = await files.realPath(worktree, folder === "" ? ".env" : `${folder}/.env`);
    return real === undefined ? undefined : files.readText(worktree, real);
}

async function selectTracked(
    files: Files,
    run: DeploymentRun,
    input: {
        readonly worktree: string;
        readonly paths: readonly string[];
        readonly folder: string;
        readonly brought: readonly string[];
    },
): Promise<readonly TrackedFile[]> {
    const links = await files.links(input.worktree);
    const commit = { ...input, linkTarget: (path: string) => links.get(path) };
    const selected = selectTrackedFiles(commit);
    const brought = selectBroughtFiles(commit, input.brought);
    const mistakes = [...selected.mistakes, ...brought.mistakes];
    refuse(
        run,
        mistakes.map((mistake) => ({ ...mistake, code: "not_contained" as const })),
    );
    selected.warnings.forEach((line) => run.say(`Note: ${line}`));
    input.brought.forEach((path) => run.say(`Note: ${path} is copied to ${broughtFolder}/${path} of the stack`));
    return [...selected.files, ...brought.files];
}

/** Logs every violation and ends the deployment; goes on where there is none. */
function refuse(run: DeploymentRun, violations: readonly Violation[]): void {
    const [first, ...others] = violations;
    if (first === undefined) {
        return;
    }
    violations.forEach((violation) => run.write("stderr", describeMistake(violation)));
    const more = others.length === 0 ? "" : ` (and ${others.length} more, see the log)`;
    throw new DeploymentFailure(first.code, `${describeMistake(first)}${more}`);
}
