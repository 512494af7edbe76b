import { isLoopbackName } from "../core/client-address.ts";
import { readableCode } from "./readable-code.ts";

/** The one-time code that proves to be the server's owner; none where only the machine itself can connect. */
export function setUpCode(hostname: string | undefined): string | undefined {
    return isLoopbackName(hostname) ? undefined : readableCode(3);
}
