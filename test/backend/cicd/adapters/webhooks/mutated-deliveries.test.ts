import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { webhookProviders } from "../../../../../backend/cicd/adapters/webhooks/index.ts";
import type { WebhookProvider } from "../../../../../backend/cicd/core/webhook-event.ts";
import { errorCode } from "../../../../../common/errors.ts";
import { webhookCases } from "../../../../support/webhook-fixtures.ts";
import { webhookFixture, type SignedRequest } from "../../../../support/webhook-request.ts";

const secret = "It's a Secret to Everybody";
const now = new Date();
const runs = { numRuns: 200 };

/** Every place in a JSON value, as the keys that lead there. */
function placesIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
    if (typeof value !== "object" || value === null) {
        return [path];
    }
    return [path, ...Object.entries(value).flatMap(([key, child]) => placesIn(child, [...path, key]))];
}

/** A copy in which one place has another value; undefined removes it. */
function changeAt(value: unknown, [key, ...rest]: readonly string[], changed: unknown): unknown {
    if (key === undefined) {
        return changed;
    }
    const copy = structuredClone(value);
    if (typeof copy === "object" && copy !== null) {
        const child: unknown = Reflect.get(copy, key);
        Reflect.set(copy, key, changeAt(child, rest, changed));
    }
    return copy;
}

/** Anything that may stand in a JSON body by malice or mistake. */
const strange = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(undefined, null, "", "refs/heads/--upload-pack=x", "refs/tags/\u202e", "0".repeat(40), -1, 1e308),
    fc.string({ unit: "binary" }),
);

function parses(provider: WebhookProvider, request: SignedRequest): void {
    try {
        provider.parse(request);
    } catch (error) {
        expect(errorCode(error)).toBe("invalid");
    }
}

describe.each([...webhookProviders.values()].map((provider) => [provider.id, provider] as const))(
    "%s",
    (id, provider) => {
        const cases = webhookCases.filter((one) => one.provider === id);
        const oneCase = fc.constantFrom(...cases);

        it("answers or refuses its own payloads with anything in any place", () => {
            const mutated = oneCase.chain((one) => {
                const payload = webhookFixture(one.name.split(",")[0] ?? "");
                return fc.tuple(fc.constant(one), fc.constant(payload), fc.constantFrom(...placesIn(payload)), strange);
            });
            fc.assert(
                fc.property(mutated, ([{ deliver }, payload, place, changed]) => {
                    const body = changeAt(payload, place, changed);
                    const text = body === undefined ? "" : JSON.stringify(body);
                    parses(provider, { body: Buffer.from(text), headers: jsonHeaders(deliver(secret)) });
                }),
                runs,
            );
        });

        it("answers or refuses its own payloads with bytes cut, doubled or changed", () => {
            fc.assert(
                fc.property(oneCase, fc.nat(), fc.nat({ max: 255 }), ({ deliver }, place, byte) => {
                    const { body, headers } = deliver(secret);
                    const at = place % (body.length + 1);
                    const start = body.subarray(0, at);
                    parses(provider, { body: start, headers });
                    parses(provider, { body: Buffer.concat([start, body]), headers });
                    parses(provider, { body: Buffer.concat([start, Buffer.of(byte), body.subarray(at + 1)]), headers });
                }),
                runs,
            );
        });

        it("is never proven for another secret, another body or another signature", () => {
            fc.assert(
                fc.property(oneCase, fc.string(), fc.nat(), fc.nat({ max: 255 }), ({ deliver }, other, place, byte) => {
                    const { body, headers } = deliver(secret);
                    expect(provider.verify({ body, headers, secret: other, now })).toBe(other === secret);
                    const changed = Buffer.from(body);
                    changed[place % body.length] = byte;
                    if (isBound(id, headers) && !saysTheSame(changed, body, headers)) {
                        expect(provider.verify({ body: changed, headers, secret, now })).toBe(false);
                    }
                    const forged = Object.entries(headers).map(([name, value]) => [name, `${value}${other}~`] as const);
                    expect(provider.verify({ body, headers: Object.fromEntries(forged), secret, now })).toBe(false);
                }),
                runs,
            );
        });
    },
);

/** GitLab's plain token says who sends, not what. */
function isBound(id: string, headers: SignedRequest["headers"]): boolean {
    return id !== "gitlab" || headers["webhook-signature"] !== undefined;
}

/** A form may write the same text in several ways. */
function saysTheSame(a: Buffer, b: Buffer, headers: SignedRequest["headers"]): boolean {
    if (a.equals(b)) {
        return true;
    }
    const isForm = headers["content-type"]?.includes("form") === true;
    return (
        isForm && new URLSearchParams(a.toString()).get("payload") === new URLSearchParams(b.toString()).get("payload")
    );
}

function jsonHeaders({ headers }: SignedRequest): SignedRequest["headers"] {
    return { ...headers, "content-type": "application/json" };
}
