import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { webhookProviders } from "../../../../../backend/cicd/adapters/webhooks/index.ts";
import { gitProviders, type GitProvider } from "../../../../../common/schema/git-repository.ts";
import { webhookCases } from "../../../../support/webhook-fixtures.ts";

const secret = "It's a Secret to Everybody";
const now = new Date();
const names = webhookCases.map((one) => [one.name, one] as const);

/** Gitea takes GitHub's header, too, and sends it. */
function shareASignature(...ids: readonly GitProvider[]): boolean {
    return ids.every((id) => id === "github" || id === "gitea");
}

describe.each(names)("%s", (_name, { provider: id, deliver, meaning }) => {
    const provider = webhookProviders.get(id)!;

    it("is proven by its signature and means what it says", () => {
        const request = deliver(secret);

        expect(provider.verify({ ...request, secret, now })).toBe(true);
        expect(provider.parse(request)).toMatchObject(meaning);
        expect(provider.signature(request.headers)).toBeTruthy();
    });

    it("proves nothing with another secret, without one, or at another provider", () => {
        const request = deliver(secret);

        expect(provider.verify({ ...request, secret: `${secret}x`, now })).toBe(false);
        expect(provider.verify({ ...request, secret: "", now })).toBe(false);
        const others = [...webhookProviders.values()].filter((one) => one !== provider && !shareASignature(one.id, id));
        for (const other of others) {
            expect(other.verify({ ...request, secret, now })).toBe(false);
        }
    });
});

describe("the providers", () => {
    it("are all understood, and each has payloads of its own", () => {
        expect([...webhookProviders.keys()].sort()).toEqual([...gitProviders].sort());
        for (const provider of gitProviders) {
            const folder = new URL(`../../../../fixtures/webhooks/${provider}/`, import.meta.url);
            for (const file of readdirSync(folder)) {
                expect(names.map(([name]) => name)).toContain(`${provider}/${file.replace(/\.json$/, "")}`);
            }
        }
    });
});
