/** What was packed. */
export interface PackedFiles {
    readonly files: number;
    /** Of the archive. */
    readonly bytes: number;
    /** The first of them, sorted, at most 200, and 16,384 characters together. */
    readonly paths: readonly string[];
    /** What was wanted and could not be read, at most 20; it is not in the archive. */
    readonly unreadable: readonly string[];
}

/**
 * Files of a workspace, packed to be handed on, kept or downloaded. Workspaces are hostile: whoever wrote the pipeline
 * wrote them, and jobs may still be changing them. Paths are relative to the workspace, with `/`.
 */
export interface JobArchives {
    /**
     * Packs what globs name (a folder means all below it; symlinks as such, never what they point to; `!` before one takes
     * away) into one file, `.tar.gz` where its name says so, by temporary name and rename. The workspace's own `.git`,
     * devices, pipes and sockets stay out. Undefined where nothing fits. Throws AppError `unavailable` for a full disk.
     */
    pack(input: {
        readonly workspace: string;
        readonly globs: readonly string[];
        readonly archive: string;
        /** Of the files and of the archive. Over this nothing is kept. Throws AppError `invalid` with the sizes. */
        readonly mostBytes: number;
        readonly signal: AbortSignal;
    }): Promise<PackedFiles | undefined>;
    /**
     * Puts an archive's files into a folder, over what is there; nothing gets outside of it, also through symlinks that lie
     * there or come with it. The archive counts as used from then on: it is as if changed now. False where there is no such
     * archive. Throws AppError `invalid` for one that is broken, too large, or does not fit what lies there.
     */
    unpack(input: {
        readonly archive: string;
        readonly into: string;
        /**
         * Also symlinks that lead out and `.git` at any depth, which are left out otherwise: only for workspaces, where
         * jobs can make such themselves.
         */
        readonly asTheyWere?: boolean | undefined;
        readonly signal: AbortSignal;
    }): Promise<boolean>;
}
