/** Another Dockge server that this one shows. */
export interface AgentRecord {
    readonly id: number;
    readonly url: string;
    readonly username: string;
    /** Sealed, or in clear as Dockge stores it. */
    readonly password: string;
    /** A name for people. */
    readonly name?: string | undefined;
    readonly active: boolean;
}

/** Agents in Dockge's own table, which has a column `name` or not. */
export interface AgentStore {
    list(): Promise<readonly AgentRecord[]>;
    find(url: string): Promise<AgentRecord | undefined>;
    /** Throws AppError `conflict` when the address is known already. */
    create(agent: Pick<AgentRecord, "url" | "username" | "password" | "name">): Promise<AgentRecord>;
    /** Gives an agent a name; "" takes it away. */
    rename(url: string, name: string): Promise<void>;
    setPassword(url: string, password: string): Promise<void>;
    delete(url: string): Promise<void>;
}
