import { createHash } from "node:crypto";
import type { SetupState } from "../../../common/socket/host-events.ts";
import { AppError } from "../../../common/errors.ts";
import { addressKey } from "../core/client-address.ts";
import { whyWeak, type PasswordHasher } from "../core/password.ts";
import type { RateLimit } from "../core/rate-limit.ts";
import { tooFrequent } from "./login-guard.ts";
import { readUsername, type UserRecord, type UserStore } from "../core/user.ts";

export interface SetUpPorts {
    readonly users: UserStore;
    readonly passwords: PasswordHasher;
    /** Failed attempts per address. */
    readonly failures: RateLimit;
    /** The one-time code of the server's log; undefined where none is asked for. */
    readonly code: string | undefined;
}

export interface FirstUser {
    readonly username: string;
    readonly password: string;
}

/** Makes the first user, once. */
export interface SetUp {
    state(): Promise<SetupState>;
    /**
     * Throws AppError `conflict` when there is a user, `invalid` for an empty name or a weak password, `unauthorized` for a wrong code,
     * `rate_limited` after too many.
     */
    create(user: FirstUser, code: string | undefined, address: string): Promise<UserRecord>;
    /** The first user of the configuration: no code; undefined when there is a user already. */
    createUnattended(user: FirstUser): Promise<UserRecord | undefined>;
}

export function createSetUp({ users, passwords, failures, code }: SetUpPorts): SetUp {
    let isCreating = false;

    async function needSetup(): Promise<boolean> {
        return (await users.count()) === 0;
    }

    async function store({ username: given, password }: FirstUser): Promise<UserRecord> {
        const username = readUsername(given);
        const weakness = whyWeak(password);
        if (weakness !== undefined) {
            throw new AppError("invalid", weakness);
        }
        return users.create({ username, passwordHash: await passwords.hash(password) });
    }

    function checkCode(given: string | undefined): void {
        if (code !== undefined && sha256(given?.trim() ?? "") !== sha256(code)) {
            throw new AppError("unauthorized", "code: not the set-up code; it stands in the server's log");
        }
    }

    async function counted<T>(address: string, run: () => Promise<T>): Promise<T> {
        const key = addressKey(address);
        if (!(await failures.take(key))) {
            throw tooFrequent();
        }
        const result = await run();
        await failures.giveBack(key);
        return result;
    }

    /** Between counting and creating nobody else may count. */
    async function alone<T>(run: () => Promise<T>): Promise<T> {
        if (isCreating) {
            throw new AppError("conflict", "The first user is just being made; try again");
        }
        isCreating = true;
        try {
            return await run();
        } finally {
            isCreating = false;
        }
    }

    return {
        state: async () => ({ needSetup: await needSetup(), codeRequired: code !== undefined }),
        create: (user, givenCode, address) =>
            counted(address, () =>
                alone(async () => {
                    if (!(await needSetup())) {
                        throw new AppError("conflict", "This server has been set up already; log in");
                    }
                    checkCode(givenCode);
                    return store(user);
                }),
            ),
        createUnattended: (user) => alone(async () => ((await needSetup()) ? store(user) : undefined)),
    };
}

function sha256(text: string): string {
    return createHash("sha256").update(text).digest("hex");
}
