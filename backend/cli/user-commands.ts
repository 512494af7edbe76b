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
    summary: "Set a person's password, without two-factor login; all of their logins end.",
    flags: dataFlag,
    run: (line, ports) =>
        withData(line, ports, async ({ users }) => {
            const [name = ""] = line.words;
            await users.resetPassword(name, await ports.readPassword(`New password of ${name}: `));
            ports.print(`The password of ${name} is changed.`);
            return exitCodes.ok;
        }),
};

export const userCommands: readonly Command[] = [add, resetPassword];
