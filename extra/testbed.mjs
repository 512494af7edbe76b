import "./scripts/require-node.mjs";
import { join } from "node:path";
import { runChild } from "./scripts/child.mjs";
import { ensureInstalled } from "./scripts/install.mjs";
import { main } from "./scripts/main.mjs";
import { root } from "./scripts/paths.mjs";

/** `npm run testbed -- up|down|env`: the project's own Docker engine. */

const actions = ["up", "down", "env"];

await main(async () => {
    const [action = "", ...rest] = process.argv.slice(2);
    if (!actions.includes(action)) {
        throw new Error(`npm run testbed -- ${actions.join("|")}`);
    }
    await ensureInstalled();
    const script = join(root, "extra", "testbed", `${action}.ts`);
    const { code } = await runChild(process.execPath, ["--import", "tsx", script, ...rest], { cwd: root, show: true });
    process.exitCode = code;
});
