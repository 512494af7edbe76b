import { consoleTerminal } from "../../../../common/socket/names.ts";

/** What must be known to tell whose a push is. */
export interface PushSource {
    readonly endpoint: string;
    /** All servers that are known, this one's own endpoint "" not among them. */
    readonly endpoints: readonly string[];
    /** Whether this browser has asked that server for its console. */
    readonly hasConsole: boolean;
}

const terminalKinds = ["compose", "combined", "container-exec"] as const;
/** In these each entry names its server too. */
const stackMaps: Readonly<Record<string, string>> = { stackList: "stackList", stackListChange: "changed" };
const longestName = 100;

/**
 * What a browser is sent of another server's push: as it came, but always marked with the endpoint it came from, and
 * undefined where it is malformed or speaks for another server's terminals. Terminals' pushes carry the endpoint as
 * one more argument, because the console is called the same everywhere.
 */
export function markPush(
    source: PushSource,
    event: unknown,
    [first, ...rest]: readonly unknown[],
): { readonly event: string; readonly args: readonly unknown[] } | undefined {
    if (typeof event !== "string" || event === "" || event.length > longestName) {
        return undefined;
    }
    if (event === "terminalWrite" || event === "terminalExit") {
        const isFit = typeof rest[0] === (event === "terminalWrite" ? "string" : "number");
        return isFit && typeof first === "string" && isOwnTerminal(source, first)
            ? { event, args: [first, rest[0], source.endpoint] }
            : undefined;
    }
    if (!isRecord(first)) {
        return undefined;
    }
    const map = stackMaps[event];
    const marked = map === undefined ? first : markStacks(first, map, source.endpoint);
    return { event, args: [{ ...marked, endpoint: source.endpoint }, ...rest] };
}

function markStacks(push: Readonly<Record<string, unknown>>, map: string, endpoint: string) {
    const stacks = push[map];
    if (!isRecord(stacks)) {
        return push;
    }
    const marked = Object.entries(stacks).flatMap(([name, stack]) =>
        isRecord(stack) ? [[name, { ...stack, name, endpoint }] as const] : [],
    );
    return { ...push, [map]: Object.fromEntries(marked) };
}

function isOwnTerminal({ endpoint, endpoints, hasConsole }: PushSource, name: string): boolean {
    if (name === consoleTerminal()) {
        return hasConsole;
    }
    // With the hosts "a" and "a-b" a name may fit both: it is the longer one's.
    const owners = endpoints.filter((one) => isNamedFor(one, name));
    const longest = Math.max(...owners.map((one) => one.length));
    return isNamedFor(endpoint, name) && endpoint.length >= longest;
}

function isNamedFor(endpoint: string, name: string): boolean {
    return terminalKinds.some((kind) => name.startsWith(`${kind}-${endpoint}-`));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
