import { changesAnything, describePreview } from "../../common/describe-preview.ts";
import { Preview } from "../../common/schema/preview.ts";
import { connectApi, urlFlag } from "./api-client.ts";
import { exitCodes } from "./cli-ports.ts";
import type { Command } from "./command.ts";
import { readRequest, requestFlags } from "./request-flags.ts";

/** For scripts: ends with 0 where nothing would change, 2 where something would, 1 where that cannot be told. */
export const previewCommand: Command = {
    name: "preview",
    words: ["<stack>"],
    summary: "Print what a deployment would change; ends with 0 (nothing), 2 (something) or 1 (an error).",
    flags: {
        ...requestFlags,
        json: { type: "boolean", help: "Print the server's answer as JSON" },
        ...urlFlag,
    },
    wrongUsage: exitCodes.failed,
    async run(line, ports) {
        const request = readRequest(line);
        const client = await connectApi(line, ports);
        const path = `/stacks/${encodeURIComponent(line.words[0] ?? "")}/preview`;
        const preview = Preview.parse(await client.call("POST", path, request));
        if (line.has("json")) {
            ports.print(JSON.stringify(preview, undefined, 4));
        } else {
            const changes = changesAnything(preview) ? "would change" : "would change nothing of";
            ports.print(`Commit ${preview.commitSha} ${changes} the stack:`);
            describePreview(preview).forEach((text) => ports.print(`  ${text}`));
        }
        return changesAnything(preview) ? exitCodes.changes : exitCodes.ok;
    },
};
