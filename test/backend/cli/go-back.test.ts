import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openUserData } from "../../../backend/cli/user-data.ts";
import { createSecretBox } from "../../../backend/host/adapters/secret-box/secret-box.ts";
import { createAgentStore } from "../../../backend/host/adapters/sqlite/agent-store.ts";
import { createUserStore } from "../../../backend/host/adapters/sqlite/user-store.ts";
import { sealAgentPasswords } from "../../../backend/host/services/agents/agent-passwords.ts";
import { createCipher } from "../../../backend/platform/crypto/cipher.ts";
import { openDatabase } from "../../../backend/platform/sqlite/database.ts";
import { openTestDatabase } from "../../support/database.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const key = Buffer.alloc(32, 5);
const agent = { url: "http://box:5001", username: "ada", password: "secret" };

/** A data directory as a stopped server leaves it, with one agent and one person. */
async function leftBehind(storedKey = key) {
    const dataDirectory = await temporaryDirectory();
    await mkdir(join(dataDirectory, "cicd"));
    await writeFile(join(dataDirectory, "cicd", "encryption.key"), storedKey.toString("base64"), { mode: 0o600 });
    const database = await openTestDatabase(join(dataDirectory, "dockge.db"));
    const agents = createAgentStore(database);
    await agents.create(agent);
    await sealAgentPasswords(agents, createSecretBox(createCipher(key)));
    expect((await agents.list())[0]?.password).toMatch(/^cicd:/);
    const users = createUserStore(database);
    const { id } = await users.create({ username: "ada", passwordHash: "x" });
    await users.update(id, { twofaEnabled: true });
    return { dataDirectory, database };
}

async function passwords(dataDirectory: string): Promise<readonly string[]> {
    const database = openDatabase(join(dataDirectory, "dockge.db"));
    onTestFinished(() => database.close());
    return database.knex("agent").pluck("password");
}

describe("going back to Dockge", () => {
    it("writes the agents' passwords in clear, and names who cannot log in there", async () => {
        const { dataDirectory, database } = await leftBehind();
        await database.close();
        const { goBack, close } = await openUserData({ dataDirectory });

        expect(await goBack.isServed()).toBe(false);
        expect(await goBack.run()).toEqual({ agents: 1, unreadableAgents: [], twoFactorUsers: ["ada"] });
        await close();

        expect(await passwords(dataDirectory)).toEqual(["secret"]);
    });

    it("names the agents whose passwords another key has sealed, and leaves them", async () => {
        const { dataDirectory, database } = await leftBehind(Buffer.alloc(32, 6));
        await database.close();
        const { goBack, close } = await openUserData({ dataDirectory });

        expect(await goBack.run()).toMatchObject({ agents: 0, unreadableAgents: [agent.url] });
        await close();

        expect((await passwords(dataDirectory))[0]).toMatch(/^cicd:/);
    });

    it("knows that a server has the data directory open", async () => {
        const { dataDirectory } = await leftBehind();
        const { goBack, close } = await openUserData({ dataDirectory });

        expect(await goBack.isServed()).toBe(true);
        await close();
    });
});
