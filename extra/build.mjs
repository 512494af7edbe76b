import "./scripts/require-node.mjs";
import { bundlePage, bundleServer } from "./scripts/bundle.mjs";
import { ensureInstalled } from "./scripts/install.mjs";
import { withLock } from "./scripts/lock.mjs";
import { main } from "./scripts/main.mjs";
import { setupLock } from "./scripts/paths.mjs";
import { startProgress } from "./scripts/progress.mjs";
import { allParts, inputHash, noteBuilt, staleParts } from "./scripts/stale.mjs";

/** `npm run build [-- --server] [--page] [--force]`: builds what is stale, afterwards `node dist/dockge-cicd.js serve` runs. */

const builders = { server: bundleServer, page: bundlePage };

await main(async () => {
    const named = allParts.filter((part) => process.argv.includes(`--${part}`));
    const wanted = named.length === 0 ? allParts : named;
    await ensureInstalled();
    await withLock(setupLock, async () => {
        const stale = process.argv.includes("--force") ? wanted : staleParts(wanted);
        if (stale.length === 0) {
            console.log("Everything is built already.");
        }
        for (const part of stale) {
            await build(part);
        }
    });
});

/** @param {import("./scripts/stale.mjs").Part} part */
async function build(part) {
    // Taken before: a file that changes meanwhile makes the part stale again.
    const hash = inputHash(part);
    const end = startProgress(`Building the ${part}`);
    try {
        await builders[part]();
        noteBuilt(part, hash);
        end("done");
    } catch (error) {
        end("failed");
        throw error;
    }
}
