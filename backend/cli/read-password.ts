import { createInterface } from "node:readline";
import { Writable, type Readable } from "node:stream";

/** A password: typed without being shown where there is a terminal, else the first line of standard input. */
export async function readPassword(
    prompt: string,
    input: Readable & { readonly isTTY?: boolean },
    output: Writable,
): Promise<string> {
    const isTyped = input.isTTY === true;
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
    if (isTyped) {
        output.write(prompt);
    }
    const lines = createInterface({ input, output: silent, terminal: isTyped });
    try {
        for await (const line of lines) {
            return line;
        }
        return "";
    } finally {
        lines.close();
        if (isTyped) {
            output.write("\n");
        }
    }
}
