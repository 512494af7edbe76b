import { expect, it } from "vitest";
import { memoryRateLimit } from "../../../../backend/host/adapters/rate-limit/memory.ts";
import { createLoginGuard } from "../../../../backend/host/services/login-guard.ts";
import { logInByPassword } from "../../../../backend/host/services/log-in.ts";
import { createLoginPorts } from "../../../support/login-ports.ts";

async function createPorts() {
    const ports = await createLoginPorts();
    await ports.users.create({ username: "admin", passwordHash: "hash of right" });
    const limit = () => memoryRateLimit(3, 60);
    const limits = { perAddress: limit(), perAddressAndName: limit(), perName: limit(), codesPerName: limit() };
    const guard = createLoginGuard({ limits, sleep: async () => undefined });
    let asked = 0;
    const passwords = {
        ...ports.passwords,
        verify(password: string, hash: string | undefined) {
            asked += 1;
            return ports.passwords.verify(password, hash);
        },
    };
    const logIn = (password: string, address = "10.0.0.1", username = "admin") =>
        logInByPassword({ ...ports, guard, passwords }, { username, password, address, userAgent: "test" });
    return { logIn, asked: () => asked };
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
