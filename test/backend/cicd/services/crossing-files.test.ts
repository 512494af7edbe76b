import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createFakeRemote } from "../../../support/fake-remote.ts";
import { plant } from "../../../support/release-files.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";

it("copies to and from the stack's directory over there, and everything else on this machine", async () => {
    const here = await temporaryDirectory();
    const { machine, done, directory } = await createFakeRemote(join(here, "there"));
    await plant(join(here, "source"), { "a/b.txt": "one" });

    await machine.files.copy(join(here, "source"), directory, "a/b.txt");
    await machine.files.copy(directory, join(here, "kept"), "a/b.txt");
    await machine.files.copy(join(here, "source"), join(here, "again"), "a/b.txt");

    expect(done).toEqual(["upload a/b.txt", "download a/b.txt"]);
    expect(await readFile(join(here, "kept", "a/b.txt"), "utf8")).toBe("one");
    expect(await readFile(join(here, "again", "a/b.txt"), "utf8")).toBe("one");
    expect(await machine.files.readText(directory, "a/b.txt")).toBe("one");
});
