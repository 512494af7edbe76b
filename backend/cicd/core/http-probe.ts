/** Asks a web address once; undefined when nobody answers in time. Redirects are not followed. */
export interface HttpProbe {
    status(url: string, timeoutSeconds: number, signal: AbortSignal): Promise<number | undefined>;
}
