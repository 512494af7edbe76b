import "./scripts/require-node.mjs";
import { ensureInstalled } from "./scripts/install.mjs";
import { main } from "./scripts/main.mjs";

/** `npm run bench`: the figures that the README states, each beside its baseline; `-- jobs pushes`: of these parts only. */

await main(async () => {
    await ensureInstalled();
    const { register } = await import("tsx/esm/api");
    register();
    const { runBench } = await import("./bench/main.ts");
    await runBench(process.argv.slice(2));
});
