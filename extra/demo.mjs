import "./scripts/require-node.mjs";
import { ensureInstalled } from "./scripts/install.mjs";
import { main } from "./scripts/main.mjs";

/** `npm run demo [-- --exit]`: a push that goes live and one that rolls itself back, on this machine alone. */

await main(async () => {
    await ensureInstalled();
    const { register } = await import("tsx/esm/api");
    register();
    const { runDemo } = await import("./demo/main.ts");
    await runDemo(process.argv.slice(2));
});
