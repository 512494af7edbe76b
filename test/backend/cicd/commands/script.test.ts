import { describe, expect, it } from "vitest";
import { scriptCommand } from "../../../../backend/cicd/commands/script.ts";

function programOf(text: string, fields: { path?: string; executable?: boolean } = {}): readonly string[] {
    const argv = scriptCommand({ path: "build.sh", text, executable: false, ...fields });
    expect(argv.slice(0, 4)).toEqual(["sh", "-c", 'set -e\nexec "$@"', "sh"]);
    return argv.slice(4);
}

describe("the command that runs a script", () => {
    it.each([
        ["has no first line of its own", "make\n", ["sh", "-e"]],
        ["is empty", "", ["sh", "-e"]],
        ["is of the shell", "#!/bin/sh\nmake\n", ["/bin/sh", "-e"]],
        ["is of bash, with options", "#! /bin/bash -u\nmake\n", ["/bin/bash", "-u", "-e"]],
        ["is of bash, wherever it is", "#!/usr/bin/env bash\nmake\n", ["/usr/bin/env", "bash", "-e"]],
        ["is of bash, by env -S", "#!/usr/bin/env -S bash -u\n", ["/usr/bin/env", "-S", "bash", "-u", "-e"]],
        ["is of another program", "#!/usr/bin/env python3\nprint(1)\n", ["/usr/bin/env", "python3"]],
        ["has Windows line ends", "#!/bin/sh\r\nmake\r\n", ["/bin/sh", "-e"]],
        ["has an empty first line", "#!\nmake\n", ["sh", "-e"]],
        ["says the name of a shell elsewhere", "#!/opt/crash\n", ["/opt/crash"]],
    ])("takes the interpreter of one that %s", (_, text, interpreter) => {
        expect(programOf(text)).toEqual([...interpreter, "./build.sh"]);
    });

    it("starts a compiled program itself", () => {
        expect(programOf("\x7fELF…", { executable: true })).toEqual(["./build.sh"]);
    });

    it.each(["-rf", "a b/$(touch x).sh", "x;y", "'\".sh", "--\n"])("hands a path like %j on as it is", (path) => {
        expect(programOf("", { path })).toEqual(["sh", "-e", `./${path}`]);
    });
});
