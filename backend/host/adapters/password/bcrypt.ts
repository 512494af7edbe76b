import { compare, hash, hashSync } from "bcryptjs";
import type { PasswordHasher } from "../../core/password.ts";

const cost = 10;

/** bcrypt, computed in slices so that a login does not hold up the server. */
export function bcryptHasher(): PasswordHasher {
    const hashOfNobody = hashSync("", cost);
    return {
        hash: (password) => hash(password, cost),
        async verify(password, stored) {
            const matches = await compare(password, stored ?? hashOfNobody);
            return matches && stored !== undefined;
        },
    };
}
