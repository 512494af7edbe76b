import { expect, it } from "vitest";
import { memoryRateLimit } from "../../../../backend/host/adapters/rate-limit/memory.ts";
import { createLoginGuard } from "../../../../backend/host/services/login-guard.ts";

const right = async (): Promise<boolean> => true;
const wrong = async (): Promise<boolean> => false;
const owner = { address: "10.0.0.1", username: "anna" };
const refused = { code: "rate_limited", message: "Too frequently, try again later." };

function createGuard() {
    const sleeps: number[] = [];
    const guard = createLoginGuard({
        limits: {
            perAddress: memoryRateLimit(5, 60),
            perAddressAndName: memoryRateLimit(3, 60),
            perName: memoryRateLimit(6, 900),
            codesPerName: memoryRateLimit(4, 900),
        },
        sleep: async (milliseconds) => void sleeps.push(milliseconds),
    });
    async function fail(username: string, addresses: readonly string[]): Promise<void> {
        for (const address of addresses) {
            await guard.password({ address, username }, wrong).catch(() => undefined);
        }
    }
    return { guard, sleeps, fail };
}

const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `10.1.${index}.1`);

it("counts failures only", async () => {
    const { guard } = createGuard();
    for (let count = 0; count < 20; count += 1) {
        expect(await guard.password(owner, right)).toBe(true);
        expect(await guard.code(owner, right)).toBe(true);
    }
});

it("refuses an address that has tried many names", async () => {
    const { guard } = createGuard();
    for (const username of ["a", "b", "c", "d", "e"]) {
        await guard.password({ address: owner.address, username }, wrong);
    }
    await expect(guard.password(owner, right)).rejects.toMatchObject(refused);
    expect(await guard.password({ ...owner, address: "10.0.0.2" }, right)).toBe(true);
});

it("never locks a person out because others fail in that name: it only takes longer", async () => {
    const { guard, sleeps, fail } = createGuard();
    await fail("anna", many(30));
    const slowedBefore = sleeps.length;
    expect(slowedBefore).toBeGreaterThan(0);
    expect(await guard.password(owner, right)).toBe(true);
    expect(sleeps).toHaveLength(slowedBefore + 1);
});

it("does not even slow an address down that has logged in well", async () => {
    const { guard, sleeps, fail } = createGuard();
    guard.welcome(owner);
    await fail("anna", many(30));
    const slowedBefore = sleeps.length;
    expect(await guard.password(owner, right)).toBe(true);
    expect(sleeps).toHaveLength(slowedBefore);
});

it("lets a person in whose address others share and fail from", async () => {
    const { guard, fail } = createGuard();
    guard.welcome(owner);
    await fail(
        "mallory",
        Array.from({ length: 20 }, () => owner.address),
    );
    expect(await guard.password(owner, right)).toBe(true);
});

it("counts the failures of a known address too", async () => {
    const { guard, fail } = createGuard();
    guard.welcome(owner);
    await fail("anna", [owner.address, owner.address, owner.address]);
    await expect(guard.password(owner, right)).rejects.toMatchObject(refused);
});

it("checks no more codes after a few wrong ones from anywhere, but from where the person has logged in", async () => {
    const { guard } = createGuard();
    guard.welcome(owner);
    for (const address of many(10)) {
        await guard.code({ address, username: "anna" }, wrong).catch(() => undefined);
    }
    await expect(guard.code({ address: "10.9.9.9", username: "anna" }, right)).rejects.toMatchObject(refused);
    expect(await guard.code(owner, right)).toBe(true);
});
