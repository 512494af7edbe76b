import type { InjectionKey } from "vue";
import type { SocketClient } from "../socket/client.ts";
import { required } from "./required.ts";
import { tryOnScopeDispose } from "@vueuse/core";
import type { PushName, Pushes } from "../socket/protocol.ts";

export const socketKey: InjectionKey<SocketClient> = Symbol("socket");

/** The connection to the server. */
export function useSocket(): SocketClient {
    return required(socketKey);
}

/** Handles a push as long as the calling component lives. */
export function usePush<P extends PushName>(push: P, handler: (...args: Pushes[P]) => void): void {
    tryOnScopeDispose(useSocket().on(push, handler));
}
