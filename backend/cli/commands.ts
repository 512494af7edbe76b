import { exitCodes } from "./cli-ports.ts";
import type { Command } from "./command.ts";
import { deployCommand, logsCommand } from "./deployment-commands.ts";
import { goBackCommand } from "./go-back-command.ts";
import { previewCommand } from "./preview-command.ts";
import { runCommand } from "./run-command.ts";
import { tokenCommands } from "./token-commands.ts";
import { userCommands } from "./user-commands.ts";
import { validateCommand } from "./validate-command.ts";

const serveCommand: Command = {
    name: "serve",
    words: [],
    summary: "Start the server.",
    flags: {
        port: { type: "string", help: "Port of page and API (DOCKGE_PORT, 5001)" },
        hostname: { type: "string", help: "Address to listen on (DOCKGE_HOSTNAME, all)" },
        dataDir: { type: "string", help: "Data directory (DOCKGE_DATA_DIR, ./data)" },
        stacksDir: { type: "string", help: "Stacks directory (DOCKGE_STACKS_DIR)" },
        "base-url": { type: "string", help: "Public address, for webhooks and links (CICD_BASE_URL)" },
    },
    run: async (_line, ports) => {
        await ports.serve([]);
        return exitCodes.ok;
    },
};

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
    serveCommand,
    deployCommand,
    previewCommand,
    logsCommand,
    validateCommand,
    runCommand,
    ...tokenCommands,
    ...userCommands,
    goBackCommand,
];
