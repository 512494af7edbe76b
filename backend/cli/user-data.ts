import { existsSync } from "node:fs";
import { AppError } from "../../common/errors.ts";
import { openData } from "../app.ts";
import type { Config } from "../config.ts";
import { bcryptHasher } from "../host/adapters/password/bcrypt.ts";
import { createApiTokenStore } from "../host/adapters/sqlite/api-token-store.ts";
import { createLoginSessionStore } from "../host/adapters/sqlite/login-session-store.ts";
import { createRecoveryCodeStore } from "../host/adapters/sqlite/recovery-code-store.ts";
import { createUserStore } from "../host/adapters/sqlite/user-store.ts";
import { whyWeak } from "../host/core/password.ts";
import { readUsername } from "../host/core/user.ts";
import { isOpenElsewhere } from "../platform/sqlite/open-elsewhere.ts";
import { goBack } from "./go-back.ts";
import type { DataPorts } from "./cli-ports.ts";

type DataConfig = Pick<Config, "dataDirectory"> & Partial<Pick<Config, "encryptionKey">>;

/**
 * People and tokens of a data directory, for commands that work on it directly. Throws AppError `not_found` where there
 * is none: making one would hide that another was meant.
 */
export async function openUserData(config: DataConfig): Promise<DataPorts> {
    if (!existsSync(config.dataDirectory)) {
        throw new AppError(
            "not_found",
            `dataDir: ${config.dataDirectory} does not exist; start the server once, or name its data directory ` +
                "with --dataDir or DOCKGE_DATA_DIR",
        );
    }
    const database = await openData(config);
    const ports = { database, now: () => new Date() };
    const users = createUserStore(database);
    const passwords = bcryptHasher();

    async function hash(password: string): Promise<string> {
        const weakness = whyWeak(password);
        if (weakness !== undefined) {
            throw new AppError("invalid", weakness);
        }
        return passwords.hash(password);
    }

    return {
        tokens: createApiTokenStore(ports),
        users: {
            list: async () => (await users.list()).map(({ username }) => username),
            async add(name, password) {
                const username = readUsername(name);
                await users.create({ username, passwordHash: await hash(password) });
            },
            async resetPassword(username, password, { withoutTwoFactor }) {
                const user = await users.find(username);
                if (user === undefined) {
                    throw new AppError("not_found", `user: there is none named ${username}`);
                }
                await users.update(user.id, { passwordHash: await hash(password) });
                await createLoginSessionStore(ports).forget(user.id);
                if (withoutTwoFactor) {
                    await users.update(user.id, { twofaEnabled: false, twofaSecret: undefined });
                    await createRecoveryCodeStore(ports).replace(user.id, []);
                }
            },
        },
        goBack: {
            isServed: () => isOpenElsewhere(database),
            run: () => goBack(database, config),
        },
        close: () => database.close(),
    };
}
