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
        const [header = "", payload = ""] = tokens.issue("admin", passwordHash).split(".");
        expect(JSON.parse(Buffer.from(header, "base64url").toString())).toEqual({ alg: "HS256", typ: "JWT" });
        const claims = Buffer.from(payload, "base64url").toString();
        expect(claims.replace(/\d+}$/, "…}")).toBe(`{"username":"admin","h":"${digest}","iat":…}`);
    });

    it.each([
        ["another secret's", jwtLoginTokens("other").issue("admin", passwordHash)],
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
        expect(hash).toMatch(/^\$2[ab]\$10\$/);
        expect(await passwords.verify("abc123", hash)).toBe(true);
        expect(await passwords.verify("abc124", hash)).toBe(false);
    });

    it("are checked for nobody too, and never match", async () => {
        expect(await passwords.verify("", undefined)).toBe(false);
    });
});
