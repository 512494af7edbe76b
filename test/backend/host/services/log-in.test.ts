import { expect, it } from "vitest";
import { memoryRateLimit } from "../../../../backend/host/adapters/rate-limit/memory.ts";
import { jwtLoginTokens } from "../../../../backend/host/adapters/password/login-tokens.ts";
import { createUserStore } from "../../../../backend/host/adapters/sqlite/user-store.ts";
import type { PasswordHasher } from "../../../../backend/host/core/password.ts";
import { logInByPassword, type LoginPorts } from "../../../../backend/host/services/log-in.ts";
import { openTestDatabase } from "../../../support/database.ts";

/** Quick, and counts how often it was asked. */
function createPasswords() {
    let asked = 0;
    const passwords: PasswordHasher = {
        hash: async (password) => `hash of ${password}`,
        async verify(password, hash) {
            asked += 1;
            return hash === `hash of ${password}`;
        },
    };
    return { passwords, asked: () => asked };
}

async function createPorts() {
    const users = createUserStore(await openTestDatabase());
    await users.create({ username: "admin", passwordHash: "hash of right" });
    const { passwords, asked } = createPasswords();
    const ports: LoginPorts = { users, passwords, tokens: jwtLoginTokens("secret"), failures: memoryRateLimit(3, 60) };
    const logIn = (password: string, address = "10.0.0.1", username = "admin") =>
        logInByPassword(ports, { username, password, address });
    return { logIn, asked };
}

it("counts failures only", async () => {
    const { logIn } = await createPorts();
    for (let count = 0; count < 10; count += 1) {
        expect(await logIn("right")).toMatchObject({ kind: "logged_in" });
    }
    await expect(logIn("wrong")).rejects.toMatchObject({ code: "unauthorized" });
});

it("stops one address after its failures, without checking further passwords, and no other", async () => {
    const { logIn, asked } = await createPorts();
    for (let count = 0; count < 3; count += 1) {
        await expect(logIn("wrong")).rejects.toMatchObject({ code: "unauthorized" });
    }
    await expect(logIn("right")).rejects.toMatchObject({ code: "rate_limited" });
    expect(asked()).toBe(3);
    expect(await logIn("right", "10.0.0.2")).toMatchObject({ kind: "logged_in" });
});

it("counts guesses that run at the same time", async () => {
    const { logIn, asked } = await createPorts();
    const guesses = await Promise.allSettled(Array.from({ length: 50 }, (_, index) => logIn(`guess ${index}`)));
    expect(guesses.every((guess) => guess.status === "rejected")).toBe(true);
    expect(asked()).toBe(3);
});

it("checks a password for unknown names too, so that the time tells nothing", async () => {
    const { logIn, asked } = await createPorts();
    await expect(logIn("right", "10.0.0.1", "nobody")).rejects.toMatchObject({ message: "authIncorrectCreds" });
    expect(asked()).toBe(1);
});

it("counts all addresses of an IPv6 network as one", async () => {
    const { logIn } = await createPorts();
    for (const last of ["1", "2", "3"]) {
        await expect(logIn("wrong", `2001:db8:1:2::${last}`)).rejects.toMatchObject({ code: "unauthorized" });
    }
    await expect(logIn("right", "2001:db8:1:2::4")).rejects.toMatchObject({ code: "rate_limited" });
});
