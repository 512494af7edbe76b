import { directPushNames, type PushName } from "./protocol.ts";

const direct: ReadonlySet<string> = new Set(directPushNames);
const terminals: ReadonlySet<string> = new Set(["terminalWrite", "terminalExit"]);

/**
 * The server that a push is of, as the proxy notes it; empty for the one that sent the page. Undefined for what is not
 * one server's: direct pushes, and terminals, whose full names (which hold the server) their viewers compare.
 */
export function pushedFrom(push: PushName, [first]: readonly unknown[]): string | undefined {
    if (direct.has(push) || terminals.has(push)) {
        return undefined;
    }
    const isTold = typeof first === "object" && first !== null && "endpoint" in first;
    return isTold && typeof first.endpoint === "string" ? first.endpoint : "";
}
