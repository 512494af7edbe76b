import { expect, it } from "vitest";
import { ptyPrograms } from "../../../../../backend/host/adapters/terminal/pty.ts";

const programs = ptyPrograms({ PATH: process.env["PATH"] ?? "", GREETING: "hello" });

/** Runs a program to its end; `onStart` gets what can be done with it while it runs. */
async function run(argv: readonly [string, ...string[]], act: (program: { end(): void }, output: string) => void) {
    let output = "";
    const exitCode = await new Promise<number>((resolve) => {
        const program = programs.start(
            { argv, directory: "/" },
            {
                size: { columns: 80, rows: 24 },
                onExit: resolve,
                onData: (text) => {
                    output += text;
                    act(program, output);
                },
            },
        );
    });
    return { output, exitCode };
}

it("runs a program with the given environment only, in a terminal of the given size", async () => {
    const { output, exitCode } = await run(["sh", "-c", "stty size; echo $GREETING-$HOME; exit 3"], () => undefined);
    expect(output).toBe("24 80\r\nhello-\r\n");
    expect(exitCode).toBe(3);
});

it("ends a program", async () => {
    const { exitCode } = await run(["sh", "-c", "echo ready; exec sleep 60"], (program, output) => {
        if (output.includes("ready")) {
            program.end();
        }
    });
    expect(exitCode).toBe(143);
});

it("says how to get a program that is missing", () => {
    const start = () =>
        ptyPrograms({ PATH: "/nowhere" }).start(
            { argv: ["docker"], directory: "/" },
            { size: { columns: 80, rows: 24 }, onData: () => undefined, onExit: () => undefined },
        );
    expect(start).toThrow("The docker command was not found. Install Docker Engine");
});
