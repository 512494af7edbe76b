import { z } from "zod";
import type { AgentLink } from "../../core/agent-link.ts";
import type { AgentTokens } from "./agent-tokens.ts";

export interface AgentCredentials {
    readonly url: string;
    readonly username: string;
    readonly password: string;
}

/** `retryMs`: when to try again; undefined where a person has to do something first. */
export type AgentLogin =
    | { readonly kind: "logged_in" }
    | { readonly kind: "refused"; readonly reason: string; readonly retryMs?: number | undefined };

const loginMs = 20_000;
/** Dockge's limit of logins counts by the minute. */
const refusedMs = 60_000;

const LoginAnswer = z.object({
    ok: z.boolean().catch(false),
    token: z.string().max(8192).optional().catch(undefined),
    tokenRequired: z.boolean().catch(false),
    msg: z.string().catch(""),
});
type LoginAnswer = z.infer<typeof LoginAnswer>;

/**
 * Logs in to another server: with the token that it gave earlier, else with the password. What it refuses is told
 * without the password, even where the other server repeats it. Throws AppError `unavailable` when the connection ends.
 */
export async function logInToAgent(
    tokens: AgentTokens,
    link: AgentLink,
    credentials: AgentCredentials,
): Promise<AgentLogin> {
    const known = tokens.get(credentials.url);
    if (known !== undefined && (await isGood(link, known))) {
        return { kind: "logged_in" };
    }
    return tokens.turn(credentials.url, async () => {
        const token = tokens.get(credentials.url);
        if (token !== undefined && token !== known && (await isGood(link, token))) {
            return { kind: "logged_in" };
        }
        tokens.delete(credentials.url);
        return logInByPassword(tokens, link, credentials);
    });
}

async function isGood(link: AgentLink, token: string): Promise<boolean> {
    return readAnswer(await link.call("loginByToken", [token], loginMs))?.ok === true;
}

/** Always asks with the password, and keeps the token that comes back. */
export async function logInByPassword(
    tokens: AgentTokens,
    link: AgentLink,
    { url, username, password }: AgentCredentials,
): Promise<AgentLogin> {
    const answer = readAnswer(await link.call("login", [{ username, password }], loginMs));
    if (answer?.ok !== true) {
        return refusal(answer, password);
    }
    if (answer.token !== undefined) {
        tokens.set(url, answer.token);
    }
    return { kind: "logged_in" };
}

function readAnswer(answer: unknown): LoginAnswer | undefined {
    return LoginAnswer.safeParse(answer).data;
}

function refusal(answer: LoginAnswer | undefined, password: string): AgentLogin {
    if (answer === undefined) {
        return refused("did not answer the login; is it a Dockge server?", refusedMs);
    }
    if (answer.tokenRequired) {
        return refused(
            "this user logs in with two-factor codes, which a server cannot give; " +
                "remove the agent and add it with a user without them",
        );
    }
    if (answer.msg === "authIncorrectCreds") {
        return refused("it refuses user name or password; remove the agent and add it again with the right ones");
    }
    const told = answer.msg.replaceAll(password, "***").slice(0, 300);
    return refused(`it refuses the login: ${told || "it does not say why"}`, refusedMs);
}

function refused(reason: string, retryMs?: number): AgentLogin {
    return { kind: "refused", reason, retryMs };
}
