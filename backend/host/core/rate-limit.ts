/** Counts what happens per key within a window. */
export interface RateLimit {
    /** Counts one; false when the key has used up its share. */
    take(key: string): Promise<boolean>;
    /** Takes one back: what was counted turned out to be harmless. */
    giveBack(key: string): Promise<void>;
}
