import "./scripts/require-node.mjs";
import { allChecks } from "./scripts/checks.mjs";
import { ensureInstalled } from "./scripts/install.mjs";
import { main } from "./scripts/main.mjs";
import { runChecks } from "./scripts/run-checks.mjs";

/** `npm run check [-- lint types …]`: format, lint, types, import rules, dead code. Shows only what is wrong. */

await main(async () => {
    await ensureInstalled();
    const named = process.argv.slice(2);
    const checks = allChecks();
    const unknown = named.filter((name) => !checks.some((check) => check.name === name));
    if (unknown.length > 0) {
        throw new Error(
            `No check is named ${unknown.join(", ")}. There are: ${checks.map(({ name }) => name).join(", ")}.`,
        );
    }
    const wanted = named.length === 0 ? checks : checks.filter((check) => named.includes(check.name));
    process.exitCode = (await runChecks(wanted)) === 0 ? 0 : 1;
});
