/** Who went back to a release by hand, and when: it stays until somebody unpins the stack. */
export interface StackPin {
    /** The deployment whose release it is. */
    readonly deploymentId: string;
    readonly by: string;
    readonly at: string;
}

/**
 * What a user wants of a stack: one that was stopped stays stopped until it is started again; one that was rolled back
 * by hand stays at that release until it is unpinned.
 */
export interface StackStateStore {
    isStopped(stackId: string): Promise<boolean>;
    setStopped(stackId: string, stopped: boolean): Promise<void>;
    /** The last pin; it holds only while that release is live. */
    findPin(stackId: string): Promise<StackPin | undefined>;
    /** Writes the pin, or removes it. */
    setPin(stackId: string, pin: StackPin | undefined): Promise<void>;
}

/** Why a stack is left alone, for people. `commitSha` is "" for what ran before the repository was connected. */
export function whyPinned({ commitSha, by, at }: Pick<StackPin, "by" | "at"> & { readonly commitSha: string }): string {
    const what = commitSha === "" ? "what ran before git" : commitSha.slice(0, 7);
    return `pinned to ${what} since ${at} by ${by}; unpin the stack to deploy again`;
}
