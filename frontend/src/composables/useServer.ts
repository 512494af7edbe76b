import type { InjectionKey } from "vue";
import type { SocketClient } from "../socket/client.ts";
import type { Cicd } from "./useCicd.ts";
import { required } from "./required.ts";
import type { Session } from "./useSession.ts";
import type { Stacks } from "./useStacks.ts";

/** What pages of one server are made with. */
export interface Server {
    readonly client: SocketClient;
    /** Who is logged in; counts connections to this server. */
    readonly session: Session;
    readonly stacks: Stacks;
    readonly cicd: Cicd;
}

export const serversKey: InjectionKey<(endpoint: string) => Server> = Symbol("servers");

/** The server with that endpoint. */
export function useServer(endpoint: string): Server {
    return required(serversKey)(endpoint);
}
