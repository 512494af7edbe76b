import { AppError } from "../../common/errors.ts";
import { exitCodes } from "./cli-ports.ts";
import type { Command } from "./command.ts";
import { dataFlag, withData } from "./open-data.ts";

export const goBackCommand: Command = {
    name: "go-back",
    words: [],
    summary: "Make the data directory ready for Dockge again; the server must be stopped.",
    flags: dataFlag,
    run: (line, ports) =>
        withData(line, ports, async ({ goBack }) => {
            if (await goBack.isServed()) {
                throw new AppError(
                    "conflict",
                    "A server has this data directory open; stop it first, then run this command again",
                );
            }
            const { agents, unreadableAgents, twoFactorUsers } = await goBack.run();
            ports.print(`The passwords of ${agents} other server(s) are readable for Dockge again.`);
            if (unreadableAgents.length > 0) {
                ports.print(
                    `These cannot be read with this encryption key, remove and add them in Dockge: ${unreadableAgents.join(", ")}`,
                );
            }
            if (twoFactorUsers.length > 0) {
                ports.print(
                    `Dockge cannot log in people with two-factor login: ${twoFactorUsers.join(", ")}. Switch it off with ` +
                        "`dockge-cicd user reset-password <name> --disable-2fa`.",
                );
            }
            ports.print("You can start Dockge on this data directory now. docs/going-back.md tells what else changes.");
            return exitCodes.ok;
        }),
};
