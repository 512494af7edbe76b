import { z } from "zod";

/** Another Dockge server to be shown by this one. */
export const AgentInput = z.object({
    url: z
        .string()
        .max(255)
        .refine(isServerUrl, "url: give the address of the other server, such as http://10.0.0.5:5001"),
    username: z.string().min(1).max(255),
    password: z.string().min(1).max(1024),
    name: z.string().max(255).optional(),
});
export type AgentInput = z.infer<typeof AgentInput>;

function isServerUrl(text: string): boolean {
    if (!URL.canParse(text)) {
        return false;
    }
    const { protocol, username, password, pathname, hash, search } = new URL(text);
    const isBare = [username, password, pathname.slice(1), hash, search].every((part) => part === "");
    return ["http:", "https:"].includes(protocol) && isBare;
}

/** Host and port of a server's address: how it is called in events and addresses of pages. */
export function endpointOf(url: string): string {
    return new URL(url).host;
}
