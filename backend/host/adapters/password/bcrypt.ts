import { compare, genSalt, hash } from "bcrypt";
import type { PasswordHasher } from "../../core/password.ts";

const cost = 10;
/** As Dockge makes them: its own library reads what this makes, and the other way round. */
const version = "a";
/** Of a random text that nobody knows: what an unknown person's password is compared with. */
const hashOfNobody = "$2b$10$Y5V7VG.OaVCEjBYhUaU/C.rnhKK1VHOC6kmZJaje7mKAaK5W.EJbG";

/** bcrypt, computed in threads of its own so that a login does not hold up the server. */
export function bcryptHasher(): PasswordHasher {
    return {
        hash: async (password) => hash(password, await genSalt(cost, version)),
        async verify(password, stored) {
            const matches = await compare(password, stored ?? hashOfNobody);
            return matches && stored !== undefined;
        },
    };
}
