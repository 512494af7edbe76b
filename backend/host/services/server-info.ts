import type { EngineState, ServerInfo } from "../../../common/socket/host-events.ts";

/** The version of Dockge's protocol that is spoken; a page reloads when it changes. */
const protocolVersion = "1.5.0";

export interface ServerFacts {
    readonly isContainer: boolean;
    readonly productVersion: string;
}

/** What `info` tells those who are logged in. */
export function serverInfo(facts: ServerFacts, engine: EngineState, primaryHostname: string): ServerInfo {
    return {
        version: protocolVersion,
        isContainer: facts.isContainer,
        primaryHostname,
        product: "dockge-cicd",
        productVersion: facts.productVersion,
        engine,
    };
}
