import { lookup } from "node:dns/promises";
import type { LookUpHost } from "../../core/registry-login.ts";

/** Asks as this machine's other programs do. */
export const lookUpHost: LookUpHost = async (hostname) => {
    const found = await lookup(hostname, { all: true });
    return found.map(({ address }) => address);
};
