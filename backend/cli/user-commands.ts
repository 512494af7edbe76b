import { exitCodes } from "./cli-ports.ts";
import type { Command } from "./command.ts";
import { dataFlag, withData } from "./open-data.ts";

const add: Command = {
    name: "user add",
    words: ["<name>"],
    summary: "Add a person; the password is asked for, or read from standard input.",
    flags: dataFlag,
    run: (line, ports) =>
        withData(line, ports, async ({ users }) => {
            const [name = ""] = line.words;
            await users.add(name, await ports.readPassword(`Password of ${name}: `));
            ports.print(`${name} can log in now.`);
            return exitCodes.ok;
        }),
};

const resetPassword: Command = {
    name: "user reset-password",
    words: ["<name>"],
    summary: "Set a person's password; all of their logins end.",
    flags: {
        ...dataFlag,
        "disable-2fa": { type: "boolean", help: "Switch two-factor login off, for a person whose device is lost" },
    },
    run: (line, ports) =>
        withData(line, ports, async ({ users }) => {
            const [name = ""] = line.words;
            const withoutTwoFactor = line.has("disable-2fa");
            await users.resetPassword(name, await ports.readPassword(`New password of ${name}: `), {
                withoutTwoFactor,
            });
            ports.print(`The password of ${name} is changed${withoutTwoFactor ? "; two-factor login is off" : ""}.`);
            return exitCodes.ok;
        }),
};

export const userCommands: readonly Command[] = [add, resetPassword];
