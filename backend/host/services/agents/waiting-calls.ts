import type { AppError } from "../../../../common/errors.ts";
import type { AgentLink } from "../../core/agent-link.ts";

/** Calls that came before their server was connected. */
export interface WaitingCalls {
    /** The link, once there is one; throws `refusal` at once when none is to be waited for. */
    wait(refusal: AppError): Promise<AgentLink>;
    open(link: AgentLink): void;
    /** Refuses those who wait, and all who come later. */
    close(refusal: AppError): void;
}

const greatest = 100;

export function createWaitingCalls(): WaitingCalls {
    const waiters = new Set<{ readonly open: (link: AgentLink) => void; readonly refuse: (error: AppError) => void }>();
    let isClosed = false;
    return {
        wait(refusal) {
            if (isClosed || waiters.size >= greatest) {
                return Promise.reject(refusal);
            }
            return new Promise((open, refuse) => void waiters.add({ open, refuse }));
        },
        open(link) {
            waiters.forEach((waiter) => waiter.open(link));
            waiters.clear();
        },
        close(refusal) {
            isClosed = true;
            waiters.forEach((waiter) => waiter.refuse(refusal));
            waiters.clear();
        },
    };
}
