/** The addresses of a host's name. */
export type LookUpHost = (hostname: string) => Promise<readonly string[]>;

/** Folders in which docker programs find configuration of their own: what logs in there stays there. */
export interface DockerConfigs {
    /**
     * Makes `directory` (0700): plugins, contexts and logins of the server's user stand in it, and a login to `host` is
     * kept in its own file (0600), in no keychain. Answers what a program needs in its environment to use it.
     */
    make(directory: string, host: string): Promise<Readonly<Record<string, string>>>;
}
