import { compare, hash } from "bcryptjs";
import type { PasswordHasher } from "../../core/password.ts";

const cost = 10;
/** Of a random text that nobody knows: what an unknown person's password is compared with. */
const hashOfNobody = "$2b$10$Y5V7VG.OaVCEjBYhUaU/C.rnhKK1VHOC6kmZJaje7mKAaK5W.EJbG";

/** bcrypt, computed in slices so that a login does not hold up the server. */
export function bcryptHasher(): PasswordHasher {
    return {
        hash: (password) => hash(password, cost),
        async verify(password, stored) {
            const matches = await compare(password, stored ?? hashOfNobody);
            return matches && stored !== undefined;
        },
    };
}
