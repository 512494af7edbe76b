/** One way to bring a push live, measured push by push. All times in milliseconds. */
export interface Side {
    readonly name: string;
    /** Commits and pushes the n-th change, brings it live, and answers what it took. */
    push(n: number): Promise<PushTimes>;
    close(): Promise<void>;
}

export interface PushTimes {
    /** From the end of `git push` to the first event `healthy` of the new container. */
    readonly healthy: number;
    /** From the end of `git push` until the side itself said that it is done. */
    readonly done: number;
    /** From the webhook's answer to the first line of the build's log; only where there is a webhook. */
    readonly firstBuildLine?: number;
    /** The same to the first line that the builder itself printed. */
    readonly firstBuilderLine?: number;
}
