import { TOTP } from "otpauth";
import { expect, it } from "vitest";
import { logInByPassword } from "../../../../backend/host/services/log-in.ts";
import { createTwoFactor } from "../../../../backend/host/services/two-factor.ts";
import { createLoginPorts } from "../../../support/login-ports.ts";

const who = { username: "ada", password: "right", address: "10.0.0.1" };

async function createAda() {
    const ports = await createLoginPorts();
    await ports.users.create({ username: "ada", passwordHash: "hash of right" });
    const twoFactor = createTwoFactor(ports);
    const logIn = (code?: string) => logInByPassword(ports, { ...who, code, userAgent: "test" });
    const codeNow = (secret: string, later = 0) =>
        new TOTP({ secret }).generate({ timestamp: ports.now().getTime() + later });
    async function enable() {
        const { secret, uri } = await twoFactor.prepare(who);
        await twoFactor.verify(who, codeNow(secret));
        const recoveryCodes = await twoFactor.enable(who);
        ports.clock.advance(30_000);
        return { secret, uri, recoveryCodes };
    }
    return { ports, twoFactor, logIn, codeNow, enable };
}

it("is on once a code was shown, and asks for one from then on", async () => {
    const { twoFactor, logIn, codeNow, enable, ports } = await createAda();
    expect(await twoFactor.status("ada")).toEqual({ status: false, recoveryCodesLeft: 0 });
    const { secret, uri, recoveryCodes } = await enable();
    expect(uri).toMatch(/^otpauth:\/\/totp\/.*ada\?.*secret=/);
    expect(recoveryCodes).toHaveLength(10);
    expect(new Set(recoveryCodes).size).toBe(10);
    expect(await twoFactor.status("ada")).toEqual({ status: true, recoveryCodesLeft: 10 });
    expect((await ports.users.find("ada"))?.twofaSecret).toMatch(/^cicd:v1:/);
    expect(await logIn()).toEqual({ kind: "token_required" });
    await expect(logIn("000000")).rejects.toMatchObject({ code: "unauthorized", message: "authInvalidToken" });
    expect(await logIn(codeNow(secret))).toMatchObject({ kind: "logged_in" });
});

it("takes a code once, and none that is older", async () => {
    const { logIn, codeNow, enable, ports } = await createAda();
    const { secret } = await enable();
    const [earlier, code, next] = [codeNow(secret, -30_000), codeNow(secret), codeNow(secret, 30_000)];
    await expect(logIn(earlier)).rejects.toMatchObject({ message: "authInvalidToken" });
    const both = await Promise.allSettled([logIn(code), logIn(code)]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await logIn(next)).toMatchObject({ kind: "logged_in" });
    await expect(logIn(code)).rejects.toMatchObject({ message: "authInvalidToken" });
    ports.clock.advance(120_000);
    await expect(logIn(next)).rejects.toMatchObject({ message: "authInvalidToken" });
    expect(await logIn(codeNow(secret))).toMatchObject({ kind: "logged_in" });
});

it("takes a recovery code once, however it is typed", async () => {
    const { twoFactor, logIn, enable } = await createAda();
    const { recoveryCodes } = await enable();
    const [first = "", second = ""] = recoveryCodes;
    expect(await logIn(` ${first.toLowerCase().replaceAll("-", " ")} `)).toMatchObject({ kind: "logged_in" });
    await expect(logIn(first)).rejects.toMatchObject({ message: "authInvalidToken" });
    expect(await twoFactor.status("ada")).toEqual({ status: true, recoveryCodesLeft: 9 });
    await twoFactor.renewRecoveryCodes(who);
    await expect(logIn(second)).rejects.toMatchObject({ message: "authInvalidToken" });
});

it("reads a secret that stands in clear", async () => {
    const { ports, logIn, codeNow } = await createAda();
    const secret = "JBSWY3DPEHPK3PXP";
    await ports.users.update(1, { twofaEnabled: true, twofaSecret: secret });
    expect(await logIn(codeNow(secret))).toMatchObject({ kind: "logged_in" });
});

it("is off again after that is asked for, and does not look at codes then", async () => {
    const { twoFactor, logIn, enable, ports } = await createAda();
    const { recoveryCodes } = await enable();
    await twoFactor.disable(who);
    expect(await ports.users.find("ada")).not.toHaveProperty("twofaSecret");
    expect(await twoFactor.status("ada")).toEqual({ status: false, recoveryCodesLeft: 0 });
    expect(await logIn("anything")).toMatchObject({ kind: "logged_in" });
    expect(await logIn(recoveryCodes[0])).toMatchObject({ kind: "logged_in" });
    await expect(twoFactor.renewRecoveryCodes(who)).rejects.toMatchObject({ message: "2faNotEnabled" });
});

it("is not switched on without a code for the secret that is stored", async () => {
    const { twoFactor, codeNow, enable } = await createAda();
    await expect(twoFactor.verify(who, "123456")).rejects.toMatchObject({ code: "conflict" });
    const { secret } = await twoFactor.prepare(who);
    expect(await twoFactor.verify(who, "12345")).toBe(false);
    await expect(twoFactor.enable(who)).rejects.toMatchObject({ code: "conflict" });
    expect(await twoFactor.verify(who, codeNow(secret))).toBe(true);
    await twoFactor.prepare(who);
    await expect(twoFactor.enable(who)).rejects.toMatchObject({ code: "conflict" });
    await enable();
    await expect(twoFactor.prepare(who)).rejects.toMatchObject({ message: "2faAlreadyEnabled" });
    await expect(twoFactor.enable(who)).rejects.toMatchObject({ message: "2faAlreadyEnabled" });
});

it("asks for the password every time", async () => {
    const { twoFactor, enable } = await createAda();
    await enable();
    const stranger = { ...who, password: "wrong" };
    for (const run of [
        twoFactor.prepare(stranger),
        twoFactor.verify(stranger, "123456"),
        twoFactor.enable(stranger),
        twoFactor.disable(stranger),
        twoFactor.renewRecoveryCodes(stranger),
    ]) {
        await expect(run).rejects.toMatchObject({ code: "unauthorized", message: "Incorrect current password" });
    }
});

it("is not switched on with another secret than was shown, though another page begins anew meanwhile", async () => {
    const { twoFactor, codeNow, logIn, ports } = await createAda();
    const { secret } = await twoFactor.prepare(who);
    await twoFactor.verify(who, codeNow(secret));
    const [, anew] = await Promise.allSettled([twoFactor.enable(who), twoFactor.prepare(who)]);
    expect(anew.status).toBe("rejected");
    ports.clock.advance(30_000);
    expect(await logIn(codeNow(secret))).toMatchObject({ kind: "logged_in" });
});
