import { describe, expect, it } from "vitest";
import { bcryptHasher } from "../../../../../backend/host/adapters/password/bcrypt.ts";
import { jwtLoginTokens } from "../../../../../backend/host/adapters/password/login-tokens.ts";

/** Made with openssl's SHAKE-256 and HMAC, in Dockge's form. */
const secret = "$2a$10$0123456789012345678901uO3xvSecretSecretSecretSecretSec";
const passwordHash = "$2a$10$abcdefghijklmnopqrstuuW3yTnSvxBsl3wMQQY1kKIkUaJ2vyYRW";
const digest = "20e2c074380b2582801b553e6c48a6fc";
const token =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." +
    "eyJ1c2VybmFtZSI6ImFkbWluIiwiaCI6IjIwZTJjMDc0MzgwYjI1ODI4MDFiNTUzZTZjNDhhNmZjIiwiaWF0IjoxNzAwMDAwMDAwfQ." +
    "2Znnc0qVBG_DO0N1_hSflSxFMUumRlhCGvoccVSs1cs";

describe("login tokens", () => {
    const tokens = jwtLoginTokens(secret);

    it("are read as Dockge has issued them", () => {
        const claim = tokens.read(token);
        expect(claim).toEqual({ username: "admin", h: digest });
        expect(tokens.isCurrent(claim!, passwordHash)).toBe(true);
        expect(tokens.isCurrent(claim!, `${passwordHash}x`)).toBe(false);
    });

    it("are issued in Dockge's form, without an expiry", () => {
        const [header = "", payload = ""] = tokens.issue("admin", passwordHash, "1d").split(".");
        expect(JSON.parse(Buffer.from(header, "base64url").toString())).toEqual({ alg: "HS256", typ: "JWT" });
        const claims = Buffer.from(payload, "base64url").toString();
        expect(claims.replace(/\d+}$/, "…}")).toBe(`{"username":"admin","h":"${digest}","jti":"1d","iat":…}`);
    });

    it.each([
        ["another secret's", jwtLoginTokens("other").issue("admin", passwordHash, "1d")],
        ["an unsigned one", `${Buffer.from('{"alg":"none"}').toString("base64url")}.${token.split(".")[1]}.`],
        ["a changed one", token.replace("eyJ1c2Vy", "eyJ1c2Vz")],
        ["any text", "autoLogin"],
        ["an empty one", ""],
    ])("are not read when it is %s", (_case, given) => {
        expect(tokens.read(given)).toBeUndefined();
    });
});

describe("password hashes", () => {
    const passwords = bcryptHasher();

    it("are bcrypt with cost 10, and verify", async () => {
        const hash = await passwords.hash("abc123");
        expect(hash).toMatch(/^\$2a\$10\$[./A-Za-z0-9]{53}$/);
        expect(await passwords.verify("abc123", hash)).toBe(true);
        expect(await passwords.verify("abc124", hash)).toBe(false);
    });

    it.each([
        ["$2a$10$fVH8e28OQRj9tqiDXs1e1uxpsjN0c7II7YPKXua2NAKYvM6iQk7dq", "abcdefghijklmnopqrstuvwxyz"],
        ["$2b$10$k1wbIrmNyFAPwPVPSVa/zecw2BCEnBwVS2GbrmgzxFUOqW9dk4TCW", ""],
        ["$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"],
    ])("of other libraries verify: %s", async (hash, password) => {
        expect(await passwords.verify(password, hash)).toBe(true);
        expect(await passwords.verify(`${password}.`, hash)).toBe(false);
    });

    it("never match a text that is no hash", async () => {
        expect(await passwords.verify("abc123", "abc123")).toBe(false);
    });

    it("are computed beside the event loop", async () => {
        let turns = 0;
        const timer = setInterval(() => (turns += 1), 1);
        await Promise.all([passwords.hash("abc123"), passwords.hash("abc123")]);
        clearInterval(timer);
        expect(turns).toBeGreaterThan(5);
    });

    it("are checked for nobody too, and never match", async () => {
        expect(await passwords.verify("", undefined)).toBe(false);
    });
});
