export interface Followed {
    /** Some are followed for the first time: what happened in them since they were looked at was not told. */
    readonly hasNew: boolean;
    /** None is left out. */
    readonly hasAll: boolean;
}

/**
 * Tells of folders that come, go or change their names in the stacks directory, and of compose files in them. It is told
 * of by the machine where that is to be had; folders beyond a bound, and those that another machine changes, are only
 * found by looking.
 */
export interface FolderWatch {
    /** Follows these folders of the stacks directory from now on, and the directory itself, but no others. */
    follow(folders: readonly string[], onChange: () => void): Followed;
    /** Follows nothing any more, which costs nothing. */
    release(): void;
}
