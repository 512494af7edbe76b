import type { Right } from "../../../common/right.ts";

/** Who is asking. */
export interface Caller {
    readonly username: string;
    /** `login`: the token of a login in the page or over REST; `token`: an API token. */
    readonly via: "login" | "token";
    readonly rights: readonly Right[];
}
