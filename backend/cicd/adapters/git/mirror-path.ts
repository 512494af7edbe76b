import { createHash } from "node:crypto";
import { join } from "node:path";
import { mirrorKey } from "../../core/git-address.ts";

/** Where an address' mirror lies. */
export function mirrorPath(directory: string, url: string): string {
    return join(directory, `${createHash("sha256").update(mirrorKey(url)).digest("hex").slice(0, 32)}.git`);
}
