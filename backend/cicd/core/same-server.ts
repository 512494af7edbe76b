import { parseAddress } from "./git-address.ts";

const defaultPorts: Readonly<Record<string, string | undefined>> = { https: "443", http: "80", ssh: "22" };

/** Whether two addresses lead to the same server over the same protocol; the step from http to https counts as same. */
export function isSameServer(old: string, wanted: string): boolean {
    const [a, b] = [serverOf(old), serverOf(wanted)];
    if (a === undefined || b === undefined || a.host !== b.host) {
        return false;
    }
    return (a.scheme === "http" && b.scheme === "https") || (a.scheme === b.scheme && a.port === b.port);
}

function serverOf(address: string) {
    const parsed = parseAddress(address);
    if (parsed === undefined) {
        return undefined;
    }
    const { scheme, host, port } = parsed;
    return { scheme, host, port: port === "" ? (defaultPorts[scheme] ?? "") : port };
}
