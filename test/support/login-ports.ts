import { jwtLoginTokens } from "../../backend/host/adapters/password/login-tokens.ts";
import { createSecretBox } from "../../backend/host/adapters/secret-box/secret-box.ts";
import { createLoginSessionStore } from "../../backend/host/adapters/sqlite/login-session-store.ts";
import { createRecoveryCodeStore } from "../../backend/host/adapters/sqlite/recovery-code-store.ts";
import { createSettingStore } from "../../backend/host/adapters/sqlite/setting-store.ts";
import { createUserStore } from "../../backend/host/adapters/sqlite/user-store.ts";
import { totpCodes } from "../../backend/host/adapters/two-factor/totp.ts";
import type { PasswordHasher } from "../../backend/host/core/password.ts";
import { createCipher } from "../../backend/platform/crypto/cipher.ts";
import { sha256 } from "../../backend/platform/crypto/hash.ts";
import { randomId } from "../../backend/platform/crypto/random-id.ts";
import { createTestClock } from "./clock.ts";
import { openTestDatabase } from "./database.ts";

/** A hash that is made at once: `hash of <password>`. */
const quickPasswords: PasswordHasher = {
    hash: async (password) => `hash of ${password}`,
    verify: async (password, hash) => hash === `hash of ${password}`,
};

/** What logging in takes, on a database of its own; the clock stands still. */
export async function createLoginPorts() {
    const database = await openTestDatabase();
    const clock = createTestClock();
    const { now } = clock;
    return {
        database,
        clock,
        now,
        users: createUserStore(database),
        settings: createSettingStore(database),
        loginSessions: createLoginSessionStore({ database, now }),
        recoveryCodes: createRecoveryCodeStore({ database, now }),
        passwords: quickPasswords,
        tokens: jwtLoginTokens("secret"),
        codes: totpCodes(),
        secrets: createSecretBox(createCipher(new Uint8Array(32))),
        guard: {
            password: (_who: unknown, check: () => Promise<boolean>) => check(),
            code: (_who: unknown, check: () => Promise<boolean>) => check(),
            welcome: () => undefined,
        },
        hashToken: sha256,
        newId: randomId,
    };
}
