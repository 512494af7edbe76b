import { execa } from "execa";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jobScript } from "../../../../backend/cicd/pipeline/job-script.ts";

interface Scripts {
    readonly beforeScript?: readonly string[];
    readonly script?: readonly string[];
    readonly afterScript?: readonly string[];
}

async function run(
    { beforeScript = [], script = ["true"], afterScript = [] }: Scripts,
    shell: readonly string[] = ["sh"],
): Promise<{ readonly exitCode: number | undefined; readonly lines: readonly string[] }> {
    const text = jobScript({ beforeScript: [...beforeScript], script: [...script], afterScript: [...afterScript] });
    const [program = "sh", ...before] = shell;
    const { exitCode, stdout, stderr } = await execa(program, [...before, "-c", text], { reject: false });
    expect(stderr).toBe("");
    return { exitCode, lines: stdout.split("\n") };
}

const shells = (
    await Promise.all(
        [["sh"], ["bash", "--posix"], ["bash"], ["busybox", "sh"]].map(async (shell) => {
            const [program = "sh", ...before] = shell;
            const { exitCode } = await execa(program, [...before, "-c", ":"], { reject: false });
            return exitCode === 0 ? [shell] : [];
        }),
    )
).flat();

describe.each(shells.map((shell) => [shell.join(" "), shell] as const))("in %s", (_, shell) => {
    it.each<[string, Scripts, number, string[]]>([
        [
            "every command is shown before it runs",
            { script: ["echo a", "echo b"] },
            0,
            ["$ echo a", "a", "$ echo b", "b"],
        ],
        [
            "commands before the script run in the same shell",
            { beforeScript: ["cd /tmp", "X=1"], script: ["pwd", 'echo "$X"'] },
            0,
            ["$ cd /tmp", "$ X=1", "$ pwd", "/tmp", '$ echo "$X"', "1"],
        ],
        ["the first failure ends it", { script: ["echo a", "false", "echo b"] }, 1, ["$ echo a", "a", "$ false"]],
        ["a failure within a text of several lines ends it", { script: ["false\necho b"] }, 1, ["$ false", "> echo b"]],
        ["an exit code is kept", { script: ["(exit 7)"] }, 7, ["$ (exit 7)"]],
        ["exit ends it", { script: ["exit 3", "echo b"] }, 3, ["$ exit 3"]],
        ["exit 0 ends it well", { script: ["exit 0", "false"] }, 0, ["$ exit 0"]],
        [
            "blocks over several lines work",
            { script: ["if true; then\n  echo a\nfi\n"] },
            0,
            ["$ if true; then", ">   echo a", "> fi", "a"],
        ],
        [
            "here-documents work",
            { script: ["cat <<E\nit's\nE", "echo b"] },
            0,
            ["$ cat <<E", "> it's", "> E", "it's", "$ echo b", "b"],
        ],
        [
            "positional parameters stay",
            { script: ["set -- a b", 'echo "$2"'] },
            0,
            ["$ set -- a b", '$ echo "$2"', "b"],
        ],
        ["functions stay", { script: ["f() { echo f; }", "f"] }, 0, ["$ f() { echo f; }", "$ f", "f"]],
        ["a comment is a command", { script: ["# nothing", "echo b"] }, 0, ["$ # nothing", "$ echo b", "b"]],
        [
            "a backslash at the end joins nothing",
            { script: ["echo a \\", "echo b"] },
            0,
            ["$ echo a \\", "a", "$ echo b", "b"],
        ],
        [
            "nothing of the echo is interpreted",
            { script: [": '%d\\n' '$HOME' $(:) `:`"] },
            0,
            ["$ : '%d\\n' '$HOME' $(:) `:`"],
        ],
        [
            "what comes after it runs in a shell of its own",
            { script: ["cd /tmp", "X=1"], afterScript: ['echo "${X:-none} $CICD_JOB_STATUS"'] },
            0,
            ["$ cd /tmp", "$ X=1", '$ echo "${X:-none} $CICD_JOB_STATUS"', "none success"],
        ],
        [
            "what comes after it also follows a failure, and keeps the exit code",
            { script: ["exit 3"], afterScript: ["echo $CICD_JOB_STATUS"] },
            3,
            ["$ exit 3", "$ echo $CICD_JOB_STATUS", "failed"],
        ],
        [
            "the first failure ends the script where something comes after it, too",
            { script: ["false", "echo b"], afterScript: ["echo c"] },
            1,
            ["$ false", "$ echo c", "c"],
        ],
        [
            "a failure of what comes after it changes nothing",
            { script: ["echo a"], afterScript: ["exit 9", "echo c"] },
            0,
            ["$ echo a", "a", "$ exit 9", "after_script has failed; the result of the job stays"],
        ],
        [
            "what is written to both outputs comes in its order",
            { script: ["echo a >&2; echo b; echo c >&2", "echo d"] },
            0,
            ["$ echo a >&2; echo b; echo c >&2", "a", "b", "c", "$ echo d", "d"],
        ],
    ])("%s", async (_, scripts, exitCode, lines) => {
        const result = await run(scripts, shell);

        expect({ exitCode: result.exitCode, lines: result.lines }).toEqual({ exitCode, lines });
    });

    it.each([["echo 'open"], ["if true; then"], ["-x"], ["cd /there/is/none"], ["there-is-no-such-program"]])(
        "the command %j fails, its reason stands behind it, and nothing follows",
        async (command) => {
            const result = await run({ script: [command, "echo follows"] }, shell);

            expect(result.exitCode).toBeGreaterThan(0);
            const [first, ...reason] = result.lines;
            expect(first).toBe(`$ ${command}`);
            expect(reason.join("")).not.toBe("");
            expect(reason).not.toContain("follows");
        },
    );
});

it("a shell shows any text of a command as it stands in the file", async () => {
    const character = fc.oneof(
        fc.constantFrom("'", '"', "\\", "$", "`", "%", "!", "\n", "\t", " ", "-", "ä", "→", "😀"),
        fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 1 }),
    );
    const texts = fc.string({ unit: character, maxLength: 60 }).filter((text) => text.trim() !== "");

    await fc.assert(
        fc.asyncProperty(fc.array(texts, { minLength: 1, maxLength: 5 }), async (list) => {
            // Nothing of a here-document with a quoted end is run.
            const commands = list.map((text) => `: <<'--end--'\n${text}\n--end--`);
            const { exitCode, lines } = await run({ script: commands });

            const wanted = commands.map((command) => `$ ${command.replaceAll("\n", "\n> ")}`).join("\n");
            expect(exitCode).toBe(0);
            expect(lines.join("\n")).toBe(wanted);
        }),
        { numRuns: 150 },
    );
});
