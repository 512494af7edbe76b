/**
 * Files on this machine. Paths below a root are relative, with `/`; a path that would leave its root, also through a
 * symlink that lies on the way, is refused with AppError `invalid` (details `{ errorCode: "not_contained" }`).
 */
export interface Files {
    /** A file's text; undefined where there is no regular file. */
    readText(root: string, path: string): Promise<string | undefined>;
    /**
     * The text of a regular file of at most so many bytes, also where its folder's owner works against the reader:
     * never through a symlink at the end. Undefined for anything else.
     */
    readRegular(root: string, path: string, mostBytes: number): Promise<string | undefined>;
    /** What lies there, without following a symlink at the end. */
    inspect(root: string, path: string): Promise<FileInfo | undefined>;
    /** What a symlink points to, as it is written; undefined for what is none. */
    readLink(root: string, path: string): Promise<string | undefined>;
    /** All symlinks below a root and what they point to, as it is written; `.git` left out. */
    links(root: string): Promise<ReadonlyMap<string, string>>;
    /** Regular files and symlinks below a root, sorted; `.git` left out. */
    list(root: string): Promise<readonly string[]>;
    /** Writes by temporary name, fsync and rename; makes the folders on the way. */
    write(root: string, path: string, content: string, mode?: number): Promise<void>;
    /** Copies a file or symlink by temporary name and rename; keeps whether it is executable. */
    copy(from: string, to: string, path: string): Promise<void>;
    /** Removes a file, or an empty folder, and the folders that it leaves empty. Fine when it is gone. */
    remove(root: string, path: string): Promise<void>;
    removeTree(directory: string): Promise<void>;
    makeDirectory(directory: string): Promise<void>;
    /** Where a path below the root really lies, relative to the root; undefined when outside or missing. */
    realPath(root: string, path: string): Promise<string | undefined>;
    /** The names in a directory; empty when it is missing. */
    names(directory: string): Promise<readonly string[]>;
    /** Free bytes of the file system that holds a directory. */
    freeBytes(directory: string): Promise<number>;
}

export interface FileInfo {
    readonly kind: "file" | "link" | "directory" | "other";
    /** Of a file's content, or of a symlink's target; "" for the rest. */
    readonly sha256: string;
    readonly executable: boolean;
    readonly sizeBytes: number;
}
