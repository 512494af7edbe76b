import type { DockerClient } from "../../../platform/docker/client.ts";
import type { Engine } from "../../core/engine.ts";
import type { FindOwnContainer } from "../../core/own-container.ts";

export interface ExecutorPorts {
    readonly docker: Pick<DockerClient, "containers" | "isLocal" | "networks" | "runs" | "socketPath" | "version">;
    readonly engine: Pick<Engine, "findImage" | "pullImage">;
    /** Tells where this process itself runs on that engine. */
    readonly findOwnContainer: FindOwnContainer;
    /** Of all that shares the engine, this one's: the same after a restart. */
    readonly serverName: string;
    /**
     * The workspaces are a person's own folders: of what lies in them, only what belongs to root is given to this process'
     * user. Another user's files may be a database's that is no job's business.
     */
    readonly keepsOwners?: boolean | undefined;
    /** How long services may take to be ready, in seconds. */
    readonly readySeconds: number;
    /** How long the engine may be away during a job, in seconds. */
    readonly awaySeconds: number;
}
