import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openUserData } from "../../../backend/cli/user-data.ts";
import { createUserStore } from "../../../backend/host/adapters/sqlite/user-store.ts";
import { openDatabase } from "../../../backend/platform/sqlite/database.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

describe("the people of a data directory", () => {
    it("says that a data directory is missing, and makes none by mistake", async () => {
        const dataDirectory = join(await temporaryDirectory(), "none");

        await expect(openUserData({ dataDirectory })).rejects.toThrow(/does not exist;.*--dataDir/);
        expect(existsSync(dataDirectory)).toBe(false);
    });

    it.each(["", "  "])("refuses the name %j", async (name) => {
        const { users } = await open(await temporaryDirectory());

        await expect(users.add(name, "correct-horse-1")).rejects.toMatchObject({ code: "invalid" });
        expect(await users.list()).toEqual([]);
    });

    it("switches two-factor login off with a new password, where that is asked for", async () => {
        const dataDirectory = await temporaryDirectory();
        const { users } = await open(dataDirectory);
        await users.add("ada", "correct-horse-1");
        const database = openDatabase(join(dataDirectory, "dockge.db"));
        onTestFinished(() => database.close());
        const store = createUserStore(database);
        const ada = await store.find("ada");
        await store.update(ada?.id ?? 0, { twofaEnabled: true });

        await users.resetPassword("ada", "correct-horse-2", { withoutTwoFactor: false });
        expect(await store.find("ada")).toMatchObject({ twofaEnabled: true });
        await users.resetPassword("ada", "correct-horse-3", { withoutTwoFactor: true });

        expect(await store.find("ada")).toMatchObject({ twofaEnabled: false });
    });
});

async function open(dataDirectory: string) {
    await mkdir(dataDirectory, { recursive: true });
    const data = await openUserData({ dataDirectory });
    onTestFinished(() => data.close());
    return data;
}
