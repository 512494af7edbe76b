import { describe, expect, it } from "vitest";
import { createMasker } from "../../../../backend/cicd/core/mask.ts";
import { keepPayload } from "../../../../backend/cicd/services/keep-payload.ts";

const masker = createMasker(["s3cret/value"]);

function keep(sent: string, payload: unknown = JSON.parse(sent)): string {
    return JSON.stringify(keepPayload({ payload, sent }, masker));
}

describe("what is kept of a payload", () => {
    it("is what was sent, where it is written as plainly as may be", () => {
        const sent = '{"ref": "refs/heads/main",  "url": "https://git.example/o/r"}';
        expect(keepPayload({ payload: JSON.parse(sent), sent }, masker)).toMatchObject({ text: sent });
    });

    it("is written again where it is spread over lines, or not at hand as text", () => {
        const payload = { ref: "main", commits: [] };
        const text = JSON.stringify(payload);
        expect(keepPayload({ payload, sent: JSON.stringify(payload, null, 2) }, masker)).toMatchObject({ text });
        expect(keepPayload({ payload }, masker)).toMatchObject({ text });
    });

    it.each([
        ["plain", '{"a":"s3cret/value"}'],
        ["with escaped characters", '{"a":"\\u00733cret/value"}'],
        ["with an escaped slash", '{"a":"s3cret\\/value"}'],
        ["partly escaped", '{"a":"s3cret/value and s3cret\\/value"}'],
    ])("has no secret in it: %s", (_how, sent) => {
        const kept = keep(sent);
        expect(kept).toContain("***");
        expect(kept).not.toContain("s3cret");
    });

    it("has no credentials of addresses in it, however the slashes are written", () => {
        expect(keep('{"a":"https:\\/\\/user:token@git.example"}')).toBe('{"a":"https://***@git.example"}');
    });

    it("is only the size of what is larger than 1 MiB, and nothing of what was empty", () => {
        const sent = JSON.stringify({ a: "x".repeat(1024 * 1024) });
        expect(keepPayload({ payload: JSON.parse(sent), sent }, masker)).toEqual({ cut: true, bytes: sent.length });
        expect(keepPayload({ payload: null, sent: "" }, masker)).toBeNull();
    });
});
