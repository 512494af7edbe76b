import { existsSync } from "node:fs";
import { AppError } from "../../common/errors.ts";
import { openData } from "../app.ts";
import type { Config } from "../config.ts";
import { bcryptHasher } from "../host/adapters/password/bcrypt.ts";
import { createApiTokenStore } from "../host/adapters/sqlite/api-token-store.ts";
import { createUserStore } from "../host/adapters/sqlite/user-store.ts";
import { whyWeak } from "../host/core/password.ts";
import { readUsername } from "../host/core/user.ts";
import type { DataPorts } from "./cli-ports.ts";

/**
 * People and tokens of a data directory, for commands that work on it directly. Throws AppError `not_found` where there
 * is none: making one would hide that another was meant.
 */
export async function openUserData(config: Pick<Config, "dataDirectory">): Promise<DataPorts> {
    if (!existsSync(config.dataDirectory)) {
        throw new AppError(
            "not_found",
            `dataDir: ${config.dataDirectory} does not exist; start the server once, or name its data directory ` +
                "with --dataDir or DOCKGE_DATA_DIR",
        );
    }
    const database = await openData(config);
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
        tokens: createApiTokenStore({ database, now: () => new Date() }),
        users: {
            list: async () => (await users.list()).map(({ username }) => username),
            async add(name, password) {
                const username = readUsername(name);
                await users.create({ username, passwordHash: await hash(password) });
            },
            async resetPassword(username, password) {
                const user = await users.find(username);
                if (user === undefined) {
                    throw new AppError("not_found", `user: there is none named ${username}`);
                }
                // Codes cannot be checked here, so that this is the way back in for people who once switched them on.
                await users.update(user.id, { passwordHash: await hash(password), twofaEnabled: false });
            },
        },
        close: () => database.close(),
    };
}
