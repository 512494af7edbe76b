/** Reads `docker run` commands. */
export interface DockerRuns {
    /**
     * The compose file that does what the command does, without a `name`. Throws AppError `invalid` for what is no such
     * command, and for one that takes too long to read.
     */
    toCompose(command: string): Promise<string>;
}
