import type { ComposeReader } from "./compose-reader.ts";
import { maxEnvFileBytes } from "./env-file.ts";
import { resolveReference } from "./file-reference.ts";
import { includedEnvFiles } from "./file-references.ts";
import { type ComposeProject, type ProjectFile, projectFile } from "./compose-project.ts";
import { composeFileNames, folderOf, stackFileName } from "./find-compose-file.ts";
import type { Lookup } from "./interpolation.ts";
import { mergeCompose } from "./merge-compose.ts";
import type { Mistake, Place } from "./mistake.ts";
import { type ComposeFile, parseCompose } from "./parse-compose.ts";
import { pathReference } from "./path-reference.ts";
import { createScope, type Scope, withEnvFiles } from "./scope.ts";
import { entriesOf, itemsOf, type Tree, treeAt } from "./tree.ts";
import { type Violation, violationAt } from "./violation.ts";

export interface LoadInput {
    readonly reader: ComposeReader;
    /** As `findComposeFile` gives them: the base first. */
    readonly files: readonly [string, ...string[]];
    readonly folder: string;
    /** The user's own override file that lies in the stack's directory: merged in last. */
    readonly ownOverride?: { readonly path: string; readonly text: string } | undefined;
    /** The CI/CD variables and the stack's `.env`. */
    readonly lookup: Lookup;
    /** The same with what is known of this machine's own variables (`stackScope`). */
    readonly scope?: Scope | undefined;
    /** The text that stands in the place of the folder's `.env`, where that is not the tracked one. */
    readonly ownEnvironment?: string | undefined;
}

export type LoadedProject =
    | { readonly ok: true; readonly project: ComposeProject }
    | { readonly ok: false; readonly violations: readonly Violation[] };

const maxFiles = 100;
/** Of YAML, in all files together; one file may have 100,000. */
const maxPieces = 200_000;

/** Reads the compose files of a stack and all they include or extend; everything wrong is told at once. */
export async function loadProject(input: LoadInput): Promise<LoadedProject> {
    return new ProjectLoader(input).load();
}

class ProjectLoader {
    readonly #input: LoadInput;
    readonly #violations: Violation[] = [];
    readonly #included: ProjectFile[] = [];
    readonly #extended: ProjectFile[] = [];
    #pieces = 0;

    constructor(input: LoadInput) {
        this.#input = input;
    }

    async load(): Promise<LoadedProject> {
        const { files, folder, ownOverride } = this.#input;
        const parsed = await this.#parseAll(files, { file: files[0], line: 1, column: 1 });
        const own = ownOverride === undefined ? [] : this.#parse(ownOverride.path, ownOverride.text);
        const merged = this.#merge([...parsed, ...own]);
        const file = merged && { ...merged, path: await this.#stackPath(merged.path) };
        if (file !== undefined) {
            const scope = this.#input.scope ?? createScope(this.#input.lookup);
            await this.#visit(projectFile({ ...file, directory: folder }, [...files, file.path], scope));
            this.#requireServices(file);
        }
        if (file === undefined || this.#violations.length > 0) {
            return { ok: false, violations: this.#violations };
        }
        return { ok: true, project: { file, folder, included: this.#included, extended: this.#extended } };
    }

    /** The path under which Compose will find the file in the stack's directory. */
    async #stackPath(path: string): Promise<string> {
        const { reader, folder } = this.#input;
        const there: string[] = [];
        for (const name of composeFileNames.map((usual) => inFolder(folder, usual))) {
            if ((await reader.locate(name)).where !== "missing") {
                there.push(name);
            }
        }
        return inFolder(folder, stackFileName(path, there));
    }

    #merge(files: readonly ComposeFile[]): ComposeFile | undefined {
        const [base, ...others] = files;
        if (base === undefined) {
            return undefined;
        }
        const merged = mergeCompose([base, ...others]);
        if (!merged.ok) {
            this.#add(merged.mistakes);
            return undefined;
        }
        return merged.file;
    }

    async #parseAll(paths: readonly string[], place: Place): Promise<readonly ComposeFile[]> {
        const parsed: ComposeFile[] = [];
        for (const path of paths) {
            const text = await this.#input.reader.readFile(path);
            if (text === undefined) {
                const message = `${path} is missing, or leads out of the repository`;
                this.#violations.push(violationAt(place, "compose_missing", message, "add it, or correct the path"));
            } else {
                parsed.push(...this.#parse(path, text));
            }
        }
        return parsed;
    }

    #parse(path: string, text: string): readonly ComposeFile[] {
        const parsed = parseCompose(path, text);
        if (!parsed.ok) {
            this.#add(parsed.mistakes);
            return [];
        }
        this.#pieces += parsed.pieces;
        return [parsed.file];
    }

    async #visit(file: ProjectFile): Promise<void> {
        this.#included.push(file);
        for (const entry of itemsOf(treeAt(file.values, "include"))) {
            await this.#include(entry, file);
        }
        await this.#extend(file);
    }

    async #include(entry: Tree, from: ProjectFile): Promise<void> {
        const paths = entry.kind === "map" ? itemsOf(treeAt(entry, "path")) : [entry];
        const found = await this.#resolveAll(paths, "include", from);
        const first = found[0];
        if (first === undefined || !this.#mayRead(entry.place)) {
            return;
        }
        const directory = await this.#projectDirectory(entry, from, folderOf(first));
        const file = directory === undefined ? undefined : this.#merge(await this.#parseAll(found, entry.place));
        if (file !== undefined && directory !== undefined) {
            const scope = withEnvFiles(from.scope, await this.#environments(entry, from, directory));
            const sources = [...found, file.path];
            await this.#visitOnce(
                projectFile({ path: first, tree: file.tree, directory }, sources, scope),
                entry.place,
            );
        }
    }

    async #projectDirectory(entry: Tree, from: ProjectFile, otherwise: string): Promise<string | undefined> {
        const given = treeAt(entry, "project_directory");
        const what = "include.project_directory";
        const [found] = given === undefined ? [otherwise] : await this.#resolveAll([given], what, from);
        if (given !== undefined && found !== undefined) {
            const location = await this.#input.reader.locate(found);
            if (location.where === "inside" && location.kind === "file") {
                const message = `${what}: ${found} is no folder`;
                this.#violations.push(violationAt(given.place, "compose_invalid", message, "name a folder"));
                return undefined;
            }
        }
        return found;
    }

    /** What an included file's own variables come from: the named files, else the `.env` of its folder. */
    async #environments(entry: Tree, from: ProjectFile, directory: string): Promise<readonly string[]> {
        const { folder, reader, ownEnvironment } = this.#input;
        const isNamed = itemsOf(treeAt(entry, "env_file")).length > 0;
        const paths = isNamed
            ? await this.#resolveAll(includedEnvFiles(entry), "include.env_file", from, maxEnvFileBytes)
            : [inFolder(directory, ".env")];
        const texts: string[] = [];
        for (const path of paths) {
            const own = path === inFolder(folder, ".env") ? ownEnvironment : undefined;
            const text = own ?? (await reader.readFile(path));
            texts.push(...(text === undefined ? [] : [text]));
        }
        return texts;
    }

    async #visitOnce(file: ProjectFile, place: Place): Promise<void> {
        const known = this.#included.find(({ path }) => path === file.path);
        if (known === undefined) {
            await this.#visit(file);
        } else if (known.directory !== file.directory || known === this.#included[0]) {
            const message = `include: ${file.path} is included twice, or includes itself`;
            this.#violations.push(violationAt(place, "compose_invalid", message, "include each file once"));
        }
    }

    /** Reads the files that services extend, and theirs in turn. */
    async #extend(file: ProjectFile): Promise<void> {
        for (const [name, service] of entriesOf(treeAt(file.values, "services"))) {
            const path = treeAt(service, "extends", "file");
            if (path === undefined || !this.#mayRead(path.place)) {
                continue;
            }
            const [found] = await this.#resolveAll([path], `services.${name}.extends.file`, file);
            // The same file may be included with another folder that its paths are relative to.
            const known = [...this.#included, ...this.#extended].some(
                (other) => other.path === found && other.directory === folderOf(other.path),
            );
            if (found !== undefined && !known) {
                await this.#readExtended(found, path.place, file.scope);
            }
        }
    }

    async #readExtended(path: string, place: Place, scope: Scope): Promise<void> {
        const [parsed] = await this.#parseAll([path], place);
        if (parsed !== undefined) {
            const file = projectFile({ path, tree: parsed.tree, directory: folderOf(path) }, [path], scope);
            this.#extended.push(file);
            await this.#extend(file);
        }
    }

    async #resolveAll(
        paths: readonly Tree[],
        what: string,
        from: ProjectFile,
        maxBytes?: number,
    ): Promise<readonly string[]> {
        const found: string[] = [];
        const { folder } = this.#input;
        for (const node of paths) {
            const reference = pathReference({ file: from, folder }, what, node, { use: "tracked", maxBytes });
            const resolved = await resolveReference(reference, this.#input);
            if (resolved.ok) {
                found.push(resolved.path);
            } else {
                this.#violations.push(resolved.violation);
            }
        }
        return found.length === paths.length ? found : [];
    }

    /** Whether one more file may be read. */
    #mayRead(place: Place): boolean {
        const tooMany = this.#included.length + this.#extended.length >= maxFiles;
        const message = tooMany ? `more than ${maxFiles} compose files` : "the compose files are too large together";
        const mayRead = !tooMany && this.#pieces <= maxPieces;
        if (!mayRead && !this.#violations.some((told) => told.message === message)) {
            this.#violations.push(violationAt(place, "compose_invalid", message, "include fewer and smaller files"));
        }
        return mayRead;
    }

    #requireServices(file: ComposeFile): void {
        const count = this.#included.flatMap(({ tree }) => entriesOf(treeAt(tree, "services"))).length;
        if (count === 0 && this.#violations.length === 0) {
            const message = "the compose file has no services";
            this.#violations.push(
                violationAt(file.tree.place, "compose_invalid", message, "add one below 'services:'"),
            );
        }
    }

    #add(mistakes: readonly Mistake[]): void {
        this.#violations.push(...mistakes.map((mistake) => ({ ...mistake, code: "compose_invalid" as const })));
    }
}

function inFolder(folder: string, name: string): string {
    return folder === "" ? name : `${folder}/${name}`;
}
