import { join } from "node:path";
import { expect, it } from "vitest";
import { directoryBytes } from "../../../../../backend/cicd/adapters/disk/directory-bytes.ts";
import { plant } from "../../../../support/release-files.ts";
import { temporaryDirectory } from "../../../../support/temporary-directory.ts";

it("counts every file below a directory once, symlinks as they are", async () => {
    const directory = await temporaryDirectory();
    await plant(directory, { a: "12345", "deep/down/b": "123", link: "-> deep/down/b", loop: "-> ." });

    expect(await directoryBytes(directory)).toBe(5 + 3 + "deep/down/b".length + 1);
    expect(await directoryBytes(join(directory, "gone"))).toBe(0);
});
