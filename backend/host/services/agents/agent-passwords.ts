import { AppError } from "../../../../common/errors.ts";
import type { AgentRecord, AgentStore } from "../../core/agent.ts";
import type { SecretBox } from "../../core/secret-box.ts";

/** The passwords of agents, which are sealed in the database. */
export interface AgentPasswords {
    /** Undefined when it was sealed with another key. */
    open(agent: Pick<AgentRecord, "url" | "password">): string | undefined;
    seal(url: string, password: string): string;
}

export function agentPasswords(box: SecretBox): AgentPasswords {
    return {
        seal: (url, password) => box.seal(password, contextOf(url)),
        open({ url, password }) {
            try {
                return box.open(password, contextOf(url));
            } catch (error) {
                if (error instanceof AppError) {
                    return undefined;
                }
                throw error;
            }
        },
    };
}

/** Seals the passwords that Dockge has stored in clear. */
export async function sealAgentPasswords(
    agents: Pick<AgentStore, "list" | "setPassword">,
    box: SecretBox,
): Promise<void> {
    const passwords = agentPasswords(box);
    for (const { url, password } of await agents.list()) {
        if (!box.isSealed(password)) {
            await agents.setPassword(url, passwords.seal(url, password));
        }
    }
}

/** Writes the passwords in clear, as Dockge needs them. Answers the addresses of those that the key does not open. */
export async function revealAgentPasswords(
    agents: Pick<AgentStore, "list" | "setPassword">,
    box: SecretBox,
): Promise<readonly string[]> {
    const passwords = agentPasswords(box);
    const unreadable: string[] = [];
    for (const agent of await agents.list()) {
        const password = passwords.open(agent);
        if (password === undefined) {
            unreadable.push(agent.url);
        } else if (box.isSealed(agent.password)) {
            await agents.setPassword(agent.url, password);
        }
    }
    return unreadable;
}

function contextOf(url: string): string {
    return `agent password: ${url}`;
}
