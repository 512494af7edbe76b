import type { ComposeReader } from "./compose-reader.ts";
import { type FileReference, resolveReference } from "./file-reference.ts";
import { composeFileNames, folderOf, stackFileName } from "./find-compose-file.ts";
import type { Lookup } from "./interpolation.ts";
import { mergeCompose } from "./merge-compose.ts";
import type { Mistake, Place } from "./mistake.ts";
import { type ComposeFile, parseCompose } from "./parse-compose.ts";
import { entriesOf, itemsOf, textOf, type Tree, treeAt, type TreeMap } from "./tree.ts";
import { type Violation, violationAt } from "./violation.ts";

/** A compose file as part of a project. */
export interface ProjectFile {
    readonly path: string;
    readonly tree: TreeMap;
    /** The folder that its paths are relative to. */
    readonly directory: string;
}

/** All compose files that make up a stack, as data. */
export interface ComposeProject {
    /**
     * The file to write into the stack's directory: merged, or the only one as it is; under its own name where Compose
     * finds it by that, else as `compose.yaml` of its folder.
     */
    readonly file: ComposeFile;
    /** The compose file's folder; "" for the repository's root. */
    readonly folder: string;
    /** The root file first, then included ones, in the order Compose reads them. */
    readonly included: readonly ProjectFile[];
    /** Files that only `extends` reads. */
    readonly extended: readonly ProjectFile[];
}

export interface LoadInput {
    readonly reader: ComposeReader;
    /** As `findComposeFile` gives them: the base first. */
    readonly files: readonly [string, ...string[]];
    readonly folder: string;
    /** The user's own override file that lies in the stack's directory: merged in last. */
    readonly ownOverride?: { readonly path: string; readonly text: string } | undefined;
    readonly lookup: Lookup;
}

export type LoadedProject =
    | { readonly ok: true; readonly project: ComposeProject }
    | { readonly ok: false; readonly violations: readonly Violation[] };

const maxFiles = 100;

/** Reads the compose files of a stack and all they include or extend; everything wrong is told at once. */
export async function loadProject(input: LoadInput): Promise<LoadedProject> {
    return new ProjectLoader(input).load();
}

class ProjectLoader {
    readonly #input: LoadInput;
    readonly #violations: Violation[] = [];
    readonly #included: ProjectFile[] = [];
    readonly #extended: ProjectFile[] = [];

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
            await this.#visit({ path: file.path, tree: file.tree, directory: folder });
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
        const prefix = folder === "" ? "" : `${folder}/`;
        const there: string[] = [];
        for (const name of composeFileNames) {
            if ((await reader.locate(prefix + name)).where !== "missing") {
                there.push(prefix + name);
            }
        }
        return prefix + stackFileName(path, there);
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
        }
        return parsed.ok ? [parsed.file] : [];
    }

    async #visit(file: ProjectFile): Promise<void> {
        this.#included.push(file);
        for (const entry of itemsOf(treeAt(file.tree, "include"))) {
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
            await this.#visitOnce({ path: first, tree: file.tree, directory }, entry.place);
        }
    }

    async #projectDirectory(entry: Tree, from: ProjectFile, otherwise: string): Promise<string | undefined> {
        const given = treeAt(entry, "project_directory");
        return given === undefined
            ? otherwise
            : (await this.#resolveAll([given], "include.project_directory", from))[0];
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
        for (const [name, service] of entriesOf(treeAt(file.tree, "services"))) {
            const path = treeAt(service, "extends", "file");
            if (path === undefined || !this.#mayRead(path.place)) {
                continue;
            }
            const [found] = await this.#resolveAll([path], `services.${name}.extends.file`, file);
            const known = [...this.#included, ...this.#extended].some((other) => other.path === found);
            if (found !== undefined && !known) {
                await this.#readExtended(found, path.place);
            }
        }
    }

    async #readExtended(path: string, place: Place): Promise<void> {
        const [parsed] = await this.#parseAll([path], place);
        if (parsed !== undefined) {
            const file = { path, tree: parsed.tree, directory: folderOf(path) };
            this.#extended.push(file);
            await this.#extend(file);
        }
    }

    async #resolveAll(paths: readonly Tree[], what: string, from: ProjectFile): Promise<readonly string[]> {
        const found: string[] = [];
        for (const node of paths) {
            const path = textOf(node) ?? "";
            const reference: FileReference = {
                what,
                path,
                place: node.place,
                directory: from.directory,
                use: "tracked",
            };
            const { reader, folder, lookup } = this.#input;
            const resolved = await resolveReference(reference, { reader, folder, lookup });
            if (resolved.ok) {
                found.push(resolved.path);
            } else {
                this.#violations.push(resolved.violation);
            }
        }
        return found.length === paths.length ? found : [];
    }

    #mayRead(place: Place): boolean {
        const count = this.#included.length + this.#extended.length;
        const message = `more than ${maxFiles} compose files`;
        if (count === maxFiles && !this.#violations.some((told) => told.message === message)) {
            this.#violations.push(violationAt(place, "compose_invalid", message, "include fewer files"));
        }
        return count < maxFiles;
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
