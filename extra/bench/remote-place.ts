import type { RemoteHost, RemoteUser } from "../../test/support/remote-host.ts";
import type { MadeKey } from "../../test/support/ssh-keys.ts";

/** The machine that both sides deploy to, as the same user with the same key. */
export interface RemotePlace {
    readonly host: RemoteHost;
    readonly user: RemoteUser;
    readonly key: MadeKey;
    /** The PATH that has `ssh` and `scp`. */
    readonly path: string;
}
