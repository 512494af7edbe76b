import type { Config } from "../config.ts";
import { createSecretBox } from "../host/adapters/secret-box/secret-box.ts";
import { createAgentStore } from "../host/adapters/sqlite/agent-store.ts";
import { createUserStore } from "../host/adapters/sqlite/user-store.ts";
import { revealAgentPasswords } from "../host/services/agents/agent-passwords.ts";
import { createCipher } from "../platform/crypto/cipher.ts";
import { loadEncryptionKey } from "../platform/crypto/encryption-key.ts";
import type { Database } from "../platform/sqlite/database.ts";
import type { GoneBack } from "./cli-ports.ts";

/** Writes the passwords of other servers as Dockge needs them. Starting this program's server seals them again. */
export async function goBack(
    database: Database,
    { dataDirectory, encryptionKey }: Pick<Config, "dataDirectory"> & Partial<Pick<Config, "encryptionKey">>,
): Promise<GoneBack> {
    const key = await loadEncryptionKey({
        fromEnvironment: encryptionKey,
        file: `${dataDirectory}/cicd/encryption.key`,
    });
    const agents = createAgentStore(database);
    const unreadableAgents = await revealAgentPasswords(agents, createSecretBox(createCipher(key)));
    const users = await createUserStore(database).list();
    return {
        agents: (await agents.list()).length - unreadableAgents.length,
        unreadableAgents,
        twoFactorUsers: users.filter(({ twofaEnabled }) => twofaEnabled).map(({ username }) => username),
    };
}
