/** A service as Compose reads it. */
export interface ComposeService {
    readonly name: string;
    /** Undefined where only a build makes it. */
    readonly image?: string | undefined;
    /** Whether it is built here, or never pulled. */
    readonly isBuilt: boolean;
}

/**
 * The services of a stack's compose files, of all profiles. Throws AppError `invalid` with Compose's own words where it
 * cannot read them.
 */
export type ReadComposeServices = (stack: string) => Promise<readonly ComposeService[]>;
