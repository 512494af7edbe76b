import { createHash } from "node:crypto";
import jsonwebtoken from "jsonwebtoken";
import { z } from "zod";
import { isEqualInConstantTime } from "../../../platform/crypto/constant-time.ts";
import type { LoginTokens } from "../../core/login-token.ts";

const LoginClaim = z.object({ username: z.string(), h: z.string(), jti: z.string().optional() });

/** JSON Web Tokens with HS256 over `{ username, h }`, without an expiry, as Dockge issues them, and `jti` besides. */
export function jwtLoginTokens(secret: string): LoginTokens {
    return {
        issue: (username, passwordHash, id) =>
            jsonwebtoken.sign({ username, h: digest(passwordHash), jti: id }, secret, { algorithm: "HS256" }),
        read(token) {
            try {
                return LoginClaim.safeParse(jsonwebtoken.verify(token, secret, { algorithms: ["HS256"] })).data;
            } catch {
                return undefined;
            }
        },
        isCurrent: (claim, passwordHash) => isEqualInConstantTime(claim.h, digest(passwordHash)),
    };
}

/** Ties a token to a password: when the password changes, its tokens open nothing any more. */
function digest(passwordHash: string): string {
    return createHash("shake256", { outputLength: 16 }).update(passwordHash).digest("hex");
}
