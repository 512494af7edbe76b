import { inject } from "vue";
import { socketKey } from "./useSocket.ts";

/** The server that the page is about; empty for the one that sent it. */
export function useEndpoint(): string {
    return inject(socketKey, undefined)?.endpoint ?? "";
}
