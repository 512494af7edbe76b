import "./scripts/require-node.mjs";
import { pathToFileURL } from "node:url";
import { runChild } from "./scripts/child.mjs";
import { ensureBuilt } from "./scripts/ensure-built.mjs";
import { ensureInstalled } from "./scripts/install.mjs";
import { main } from "./scripts/main.mjs";
import { serverFile } from "./scripts/paths.mjs";

/** `npm start [-- --port 5001 …]`: installs what is missing, builds what is stale, then is the server. */

await main(async () => {
    await sayIfGitIsMissing();
    await ensureInstalled();
    await ensureBuilt();
    await serve(process.argv.slice(2));
});

async function sayIfGitIsMissing() {
    const { code } = await runChild("git", ["--version"]);
    if (code !== 0) {
        console.error(
            "git is missing: stacks can be edited, but no repository can be connected. Install it (Debian: apt-get install git).",
        );
    }
}

/**
 * The server runs in this process: one less that lives on, and signals reach it without a go-between.
 *
 * @param {readonly string[]} args
 */
async function serve(args) {
    process.argv = [process.execPath, serverFile, "serve", ...args];
    process.setSourceMapsEnabled(true);
    await import(pathToFileURL(serverFile).href);
}
