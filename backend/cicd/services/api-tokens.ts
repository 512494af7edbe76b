import { createHash, randomBytes } from "node:crypto";
import { AppError } from "../../../common/errors.ts";
import { includesRight, type Right } from "../../../common/right.ts";
import type { ApiToken, ApiTokenInput, CreatedApiToken } from "../../../common/schema/api-token.ts";
import type { PageQuery } from "../../../common/schema/page.ts";
import type { ApiTokenRecord, ApiTokenStore } from "../core/api-token.ts";
import type { MutablePage } from "./page.ts";

export interface TokenPorts {
    readonly tokens: ApiTokenStore;
}

/**
 * Makes an API token for a person; its text is answered this one time. Throws `forbidden` for a scope that the caller
 * does not have, `invalid` for an expiry in the past.
 */
export async function createApiToken(
    ports: TokenPorts,
    request: {
        readonly input: ApiTokenInput;
        readonly caller: { readonly username: string; readonly rights: readonly Right[] };
        readonly now: Date;
    },
): Promise<CreatedApiToken> {
    const { input, caller, now } = request;
    const beyond = input.scopes.find((scope) => !includesRight(caller.rights, scope));
    if (beyond !== undefined) {
        throw new AppError("forbidden", `scopes: you lack the right "${beyond}" yourself; leave it out`);
    }
    if (input.expiresAt !== undefined && Date.parse(input.expiresAt) <= now.getTime()) {
        throw new AppError("invalid", "expiresAt: lies in the past; give a later time, or leave it out for no expiry");
    }
    const token = `cicd_${randomBytes(32).toString("base64url")}`;
    const tokenHash = createHash("sha256").update(token).digest("hex");
    const record = await ports.tokens.create({ ...input, username: caller.username, tokenHash });
    return { ...viewApiToken(record), token };
}

/** The tokens that are not revoked, newest first, without their texts. */
export async function listApiTokens(ports: TokenPorts, { limit, cursor }: PageQuery): Promise<MutablePage<ApiToken>> {
    const all = (await ports.tokens.list()).filter(({ revokedAt }) => revokedAt === undefined).map(viewApiToken);
    const start = cursor === undefined ? 0 : all.findIndex(({ id }) => id === cursor) + 1;
    const items = all.slice(start, start + limit);
    return { items, nextCursor: all.length > start + limit ? (items.at(-1)?.id ?? null) : null };
}

/** Ends a token at once; throws `not_found`. */
export async function revokeApiToken(ports: TokenPorts, id: string): Promise<void> {
    if (!(await ports.tokens.revoke(id))) {
        throw new AppError("not_found", `token: there is none with the id ${id}; list the tokens to find one`);
    }
}

function viewApiToken(record: ApiTokenRecord): ApiToken {
    const { id, name, username, scopes, createdAt, expiresAt, lastUsedAt } = record;
    return { id, name, username, scopes: [...scopes], createdAt, expiresAt, lastUsedAt };
}
