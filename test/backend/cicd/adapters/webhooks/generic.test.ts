import { describe, expect, it } from "vitest";
import { generic } from "../../../../../backend/cicd/adapters/webhooks/generic.ts";
import { AppError } from "../../../../../common/errors.ts";
import { genericRequest } from "../../../../support/webhook-request.ts";

const secret = "generic-secret";
const now = new Date();

function parse(payload: unknown) {
    return generic.parse(genericRequest(payload, secret));
}

describe("a generic sender's proof", () => {
    it("is a signature or the secret as Bearer token", () => {
        const request = genericRequest({ branch: "main" }, secret);
        expect(generic.verify({ ...request, secret, now })).toBe(true);
        expect(
            generic.verify({ body: request.body, headers: { authorization: `Bearer ${secret}` }, secret, now }),
        ).toBe(true);
        expect(
            generic.verify({ body: request.body, headers: { authorization: `bearer ${secret}` }, secret, now }),
        ).toBe(true);
    });

    it.each([
        {},
        { authorization: "Bearer " },
        { authorization: secret },
        { authorization: "Basic x" },
        { authorization: "Bearer x" },
    ])("is refused with %j", (headers) => {
        expect(generic.verify({ body: Buffer.from(""), headers, secret, now })).toBe(false);
        expect(generic.verify({ body: Buffer.from(""), headers, secret: "", now })).toBe(false);
    });

    it("is stored without the secret", () => {
        expect(generic.signature({ authorization: `Bearer ${secret}` })).toBe("***");
    });
});

describe("a generic body", () => {
    const sha = "abcdef0";

    it.each([
        [undefined, { type: "branch", name: "" }, ""],
        [{}, { type: "branch", name: "" }, ""],
        [{ commit: sha }, { type: "branch", name: "" }, sha],
        [{ branch: "dev" }, { type: "branch", name: "dev" }, ""],
        [{ ref: "dev", commit: sha }, { type: "branch", name: "dev" }, sha],
        [{ ref: "refs/heads/dev" }, { type: "branch", name: "dev" }, ""],
        [{ ref: "refs/tags/v1" }, { type: "tag", name: "v1" }, ""],
        [{ tag: "v1", branch: null }, { type: "tag", name: "v1" }, ""],
    ])("%j means %j", (payload, ref, commit) => {
        expect(parse(payload)).toMatchObject({ kind: "push", ref, commit, repositoryUrls: [] });
    });

    it.each([
        { branch: "a b" },
        { ref: "refs/notes/x" },
        { tag: "-x" },
        { branch: "", commit: sha },
        { commit: "0".repeat(40) },
    ])("%j is ignored", (payload) => {
        expect(parse(payload)).toMatchObject({ kind: "ignored" });
    });

    it.each([
        [[]],
        [7],
        ["text"],
        [{ branch: 7 }],
        [{ commit: "main" }],
        [{ branch: "a", tag: "b" }],
        [{ commit: "ABCDEF0" }],
    ])("%j cannot be read", (payload) => {
        expect(() => parse(payload)).toThrow(AppError);
    });

    it("may name its repository", () => {
        expect(parse({ url: "https://h/o/r" }).repositoryUrls).toEqual(["https://h/o/r"]);
        expect(parse({ repository: { clone_url: "https://h/o/r" } }).repositoryUrls).toEqual(["https://h/o/r"]);
    });
});
