import type { StackFolder } from "./stack.ts";

/** The two files of a stack that the page edits. */
export interface StackTexts {
    readonly composeYAML: string;
    readonly composeENV: string;
}

/** The override file that lies beside a compose file. */
export interface OverrideFile {
    readonly fileName: string;
    readonly text: string;
}

/**
 * The stacks directory. Names given here are the validated names of stacks, or names that `scan` has answered; any
 * other is refused with AppError `invalid`.
 */
export interface StackFiles {
    /** All folders (and links to folders) in the stacks directory, sorted by name. */
    scan(): Promise<readonly StackFolder[]>;
    /** One folder; undefined when there is none of that name. */
    find(name: string): Promise<StackFolder | undefined>;
    /** The path of a stack's folder, symlinks resolved. Throws AppError `not_found`. */
    directory(name: string): Promise<string>;
    /** Makes the folder of a new stack; fine when it exists. */
    create(name: string): Promise<void>;
    /** The texts of a stack; a missing file reads as empty. */
    read(folder: StackFolder): Promise<StackTexts>;
    /**
     * Writes the compose file, and `.env` where it exists or has content, each at once or not at all. Keeps a file's
     * mode and owner.
     */
    write(folder: StackFolder, texts: StackTexts): Promise<void>;
    /** Writes `.env` alone, where it exists or has content. */
    writeEnvironment(folder: StackFolder, composeENV: string): Promise<void>;
    /** The override file that Compose reads, where there is one. */
    readOverride(folder: StackFolder): Promise<OverrideFile | undefined>;
    /** Writes the one that Compose reads; a blank text removes it. */
    writeOverride(folder: StackFolder, text: string): Promise<void>;
    /** Deletes a stack's folder. Throws AppError `conflict` for a link: what it points to is not ours. */
    remove(name: string): Promise<void>;
    /** Paths of the environment files that Dockge hands to compose, relative to the stack's folder. */
    environmentFiles(name: string): Promise<readonly string[]>;
}
