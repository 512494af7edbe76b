import { join } from "node:path";
import { runChild } from "./child.mjs";
import { root } from "./paths.mjs";
import { staleParts } from "./stale.mjs";

/** Builds what is stale, in a process of its own, so that the compilers' memory is given back before the server runs. */
export async function ensureBuilt() {
    if (staleParts().length === 0) {
        return;
    }
    const { code } = await runChild(process.execPath, [join(root, "extra", "build.mjs")], { show: true });
    if (code !== 0) {
        throw new Error("The build failed, see above.");
    }
}
