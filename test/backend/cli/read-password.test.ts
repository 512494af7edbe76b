import { PassThrough, Readable } from "node:stream";
import { expect, it } from "vitest";
import { readPassword } from "../../../backend/cli/read-password.ts";

it("takes the first line of standard input", async () => {
    const output = new PassThrough();
    expect(await readPassword("Password: ", Readable.from(["s3cret\nmore\n"]), output)).toBe("s3cret");
    expect(output.read()).toBeNull();
});

it("takes nothing for an empty password", async () => {
    expect(await readPassword("Password: ", Readable.from([]), new PassThrough())).toBe("");
});

it("asks at a terminal, and does not show what is typed", async () => {
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const output = new PassThrough();
    const password = readPassword("Password: ", input, output);
    input.write("s3cret\r");
    expect(await password).toBe("s3cret");
    expect(String(output.read())).toBe("Password: \n");
});
