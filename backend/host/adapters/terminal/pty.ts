import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { spawn } from "@lydell/node-pty";
import { AppError } from "../../../../common/errors.ts";
import type { TerminalPrograms } from "../../core/terminal.ts";

const graceMilliseconds = 5000;

/** Programs in pseudo-terminals. `environment` is all that they see of ours, besides what a command adds. */
export function ptyPrograms(environment: Readonly<Record<string, string>>): TerminalPrograms {
    return {
        start({ argv: [program, ...args], directory, environment: added }, { size, onData, onExit }) {
            const file = findProgram(program, environment["PATH"] ?? "");
            const pty = spawn(file, args, {
                name: "xterm-256color",
                cols: size.columns,
                rows: size.rows,
                cwd: directory,
                env: { ...environment, ...added, TERM: "xterm-256color" },
            });
            let killTimer: NodeJS.Timeout | undefined;
            let ended = false;
            pty.onData(onData);
            pty.onExit(({ exitCode, signal }) => {
                ended = true;
                clearTimeout(killTimer);
                onExit(signal === undefined || signal === 0 ? exitCode : 128 + signal);
            });
            return {
                resize({ columns, rows }) {
                    if (!ended) {
                        pty.resize(columns, rows);
                    }
                },
                type(text) {
                    if (!ended) {
                        pty.write(text);
                    }
                },
                end() {
                    if (!ended && killTimer === undefined) {
                        pty.kill("SIGTERM");
                        killTimer = setTimeout(() => pty.kill("SIGKILL"), graceMilliseconds);
                    }
                },
            };
        },
    };
}

/** Looked up here, because a terminal whose program is missing only says so in its output. */
function findProgram(program: string, searchPath: string): string {
    const places = isAbsolute(program) ? [program] : searchPath.split(delimiter).map((folder) => join(folder, program));
    const found = places.find(isExecutable);
    if (found === undefined) {
        throw new AppError(
            "unavailable",
            `The ${program} command was not found. Install Docker Engine with the Compose plugin ` +
                "(docs.docker.com/engine/install), and start this server again.",
        );
    }
    return found;
}

function isExecutable(path: string): boolean {
    try {
        accessSync(path, constants.X_OK);
        return true;
    } catch {
        return false;
    }
}
