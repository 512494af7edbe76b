import { AppError } from "../../common/errors.ts";
import { exitCodes, type CliPorts, type ExitCode } from "./cli-ports.ts";
import { helpOf, readCommandLine, UsageError, type Command } from "./command.ts";
import { commands } from "./commands.ts";

/**
 * Runs the program with its arguments (without node and script) and answers the exit status: 0 good, 1 the command or
 * its deployment failed, 2 the command line is wrong. Errors that are no AppError are thrown.
 */
export async function runCli(argv: readonly string[], ports: CliPorts): Promise<ExitCode> {
    const [first = "--help"] = argv;
    if (first === "--version") {
        ports.print(ports.version);
        return exitCodes.ok;
    }
    if (first === "help" || first === "--help" || first === "-h") {
        ports.print(overview());
        return argv.length === 0 ? exitCodes.usage : exitCodes.ok;
    }
    if (first === "serve" && !isHelp(argv)) {
        // Its flags are those of the configuration.
        return guard(ports, async () => {
            await ports.serve(argv.slice(1));
            return exitCodes.ok;
        });
    }
    const command = commands.find(({ name }) => argv.slice(0, name.split(" ").length).join(" ") === name);
    if (command === undefined) {
        ports.printError(`There is no command "${argv.slice(0, 2).join(" ")}".\n\n${overview()}`);
        return exitCodes.usage;
    }
    if (isHelp(argv)) {
        ports.print(helpOf(command));
        return exitCodes.ok;
    }
    return guard(ports, () => runCommand(command, argv.slice(command.name.split(" ").length), ports));
}

async function runCommand(command: Command, argv: readonly string[], ports: CliPorts): Promise<ExitCode> {
    try {
        return await command.run(readCommandLine(command, argv), ports);
    } catch (error) {
        if (!(error instanceof UsageError)) {
            throw error;
        }
        ports.printError(`${error.message}\n\n${helpOf(command)}`);
        return command.wrongUsage ?? exitCodes.usage;
    }
}

async function guard(ports: CliPorts, run: () => Promise<ExitCode>): Promise<ExitCode> {
    try {
        return await run();
    } catch (error) {
        if (!(error instanceof AppError)) {
            throw error;
        }
        ports.printError(error.message);
        return exitCodes.failed;
    }
}

function isHelp(argv: readonly string[]): boolean {
    return argv.includes("--help") || argv.includes("-h");
}

function overview(): string {
    const lines = commands.map((command) => [[command.name, ...command.words].join(" "), command.summary] as const);
    const width = Math.max(...lines.map(([usage]) => usage.length));
    return [
        "dockge-cicd: push to git, and the stack on your own machine is live, healthy, or back to what ran before.",
        "",
        "Commands:",
        ...lines.map(([usage, summary]) => `  ${usage.padEnd(width)}  ${summary}`),
        "",
        "dockge-cicd <command> --help tells a command's flags; the exit status is 0 (good), 1 (failed) or 2 (usage).",
    ].join("\n");
}
