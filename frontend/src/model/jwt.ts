import { z } from "zod";

const Payload = z.object({ username: z.string() });

/** The user name in a login's token, for showing only; undefined where there is none. */
export function usernameOf(token: string | null): string | undefined {
    const part = token?.split(".")[1];
    if (part === undefined) {
        return undefined;
    }
    try {
        const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
        return Payload.parse(JSON.parse(new TextDecoder().decode(bytes))).username;
    } catch {
        return undefined;
    }
}
