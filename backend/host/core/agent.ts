/** Another Dockge server that this one shows. Dockge keeps the password in clear, because it has to log in with it. */
export interface AgentRecord {
    readonly id: number;
    readonly url: string;
    readonly username: string;
    readonly password: string;
    /** A name for people; databases made by Dockge 1.5.0 cannot keep one. */
    readonly name?: string | undefined;
    readonly active: boolean;
}

/** Agents in Dockge's own table, which has a column `name` or not. */
export interface AgentStore {
    list(): Promise<readonly AgentRecord[]>;
    find(url: string): Promise<AgentRecord | undefined>;
    /** Throws AppError `conflict` when the address is known already. */
    create(agent: Pick<AgentRecord, "url" | "username" | "password" | "name">): Promise<AgentRecord>;
    /** Gives an agent a name; does nothing where the table has no column for it. */
    rename(url: string, name: string): Promise<void>;
    delete(url: string): Promise<void>;
}
