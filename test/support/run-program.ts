import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";

const program = join(import.meta.dirname, "../../dist/dockge-cicd.js");
const Failed = z.object({ code: z.int(), stdout: z.string(), stderr: z.string() });

/** The built command-line program, run to its end. */
export async function runProgram(
    argv: readonly string[],
    environment: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly output: string }> {
    try {
        const env = { ...process.env, ...environment };
        const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, ...argv], { env });
        return { code: 0, output: stdout + stderr };
    } catch (error) {
        const { code, stdout, stderr } = Failed.parse(error);
        return { code, output: stdout + stderr };
    }
}
