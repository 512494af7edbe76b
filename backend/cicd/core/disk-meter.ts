/** An entry of a directory. */
export interface DiskEntry {
    readonly name: string;
    /** Of a directory itself 0: what is in it is not looked at. */
    readonly bytes: number;
    /** ISO 8601. */
    readonly modifiedAt: string;
    readonly isDirectory: boolean;
}

/** The file system that holds a directory. */
export interface FreeSpace {
    readonly freeBytes: number;
    readonly totalBytes: number;
}

/** Looks at this machine's disk. What goes away meanwhile counts for nothing; nothing waits longer than its signal. */
export interface DiskMeter {
    /** Throws AppError `unavailable` where there is no such directory. */
    space(directory: string): Promise<FreeSpace>;
    /** What a directory and all that is in it takes on the disk, hard links once; 0 where there is none. */
    bytesOf(directory: string, signal: AbortSignal): Promise<number>;
    /** Its regular files and directories; empty where there is no such directory. */
    entries(directory: string): Promise<readonly DiskEntry[]>;
    /** A file's size; 0 where there is none. */
    fileBytes(path: string): Promise<number>;
}
