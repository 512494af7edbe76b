import { AppError } from "../../../../common/errors.ts";
import type { AgentStatus } from "../../../../common/socket/host-events.ts";
import type { AgentRecord } from "../../core/agent.ts";
import type { AgentLink, ConnectAgent } from "../../core/agent-link.ts";
import type { AgentViewer } from "../../core/agent-viewer.ts";
import { storedEndpoint, targetOf } from "./agent-endpoint.ts";
import type { AgentPasswords } from "./agent-passwords.ts";
import { markPush } from "./agent-push.ts";
import { agentTimeLimitMs, isSilent } from "./agent-time-limit.ts";
import type { AgentTokens } from "./agent-tokens.ts";
import { isSupportedVersion } from "./agent-version.ts";
import { logInToAgent } from "./log-in-to-agent.ts";
import { createWaitingCalls } from "./waiting-calls.ts";

export interface AgentConnectionPorts {
    readonly connect: ConnectAgent;
    readonly tokens: AgentTokens;
    readonly passwords: AgentPasswords;
    /** Calls back once after so many milliseconds, unless the returned function was called. */
    readonly after: (milliseconds: number, callback: () => void) => () => void;
    /** Every server that is known. */
    readonly endpoints: () => readonly string[];
}

/** As long as Dockge, a call waits for a server that is just being connected. */
const firstConnectMs = 10_000;
/** A connection that held so long was no failure. */
const steadyMs = 10_000;
const longestPauseMs = 30_000;
const oldVersionPauseMs = 300_000;
const greatestPending = 200;
/** The first pushes may be there before the answer to the login is read. */
const greatestEarly = 10;
const nothing = (): void => undefined;

/** One browser's way to one other server, which is connected again by itself until it is ended. */
export class AgentConnection {
    readonly url: string;
    readonly endpoint: string;
    readonly #ports: AgentConnectionPorts;
    readonly #agent: AgentRecord;
    readonly #viewer: AgentViewer;
    readonly #waiting = createWaitingCalls();
    #status: AgentStatus;
    #link: AgentLink | undefined;
    /** The link, once it is logged in. */
    #online: AgentLink | undefined;
    #early: (readonly [event: unknown, args: readonly unknown[]])[] = [];
    #failures = 0;
    #pending = 0;
    #hasConsole = false;
    #isEnded = false;
    #cancelRetry = nothing;
    #cancelSteady = nothing;
    readonly #cancelFirst: () => void;

    constructor(ports: AgentConnectionPorts, agent: AgentRecord, viewer: AgentViewer) {
        this.url = agent.url;
        this.endpoint = storedEndpoint(agent.url);
        this.#ports = ports;
        this.#agent = agent;
        this.#viewer = viewer;
        this.#status = { endpoint: this.endpoint, status: "connecting" };
        this.#cancelFirst = ports.after(firstConnectMs, () => this.#waiting.close(notConnected(this.endpoint)));
        this.tell();
        this.#start();
    }

    isOnline(): boolean {
        return this.#online !== undefined;
    }

    /** Tells the browser its state once more. */
    tell(): void {
        this.#viewer.tellStatus(this.#status);
    }

    /**
     * The answer of the other server, as it came. In the first seconds it waits for the connection. Throws AppError
     * `unavailable` when there is none or no answer comes, `rate_limited` when too many wait for theirs.
     */
    async call(event: string, args: readonly unknown[]): Promise<object> {
        const link = this.#online ?? (await this.#waiting.wait(notConnected(this.endpoint)));
        if (this.#pending >= greatestPending) {
            throw new AppError(
                "rate_limited",
                `${this.endpoint}: too many calls wait for its answers; try again later`,
            );
        }
        this.#hasConsole ||= event === "mainTerminal";
        this.#pending += 1;
        try {
            return this.#readAnswer(event, await link.call(event, args, agentTimeLimitMs(event)));
        } finally {
            this.#pending -= 1;
        }
    }

    end(): void {
        this.#isEnded = true;
        this.#cancelFirst();
        this.#drop();
        this.#waiting.close(notConnected(this.endpoint));
    }

    #start(): void {
        const target = targetOf(this.url, this.#viewer.stackListChanges);
        const password = this.#ports.passwords.open(this.#agent);
        if (target === undefined) {
            this.#give("its address cannot be used; remove the agent and add it with http://host:port");
            return;
        }
        if (password === undefined) {
            this.#give(
                "its password was stored with another encryption key; " +
                    "give that key back, or remove the agent and add it again",
            );
            return;
        }
        const opened = this.#ports.connect(target, {
            onConnect: () => void this.#enter(opened, password),
            onEnd: (reason) => this.#retry(reason),
            onVersion: (version) => this.#checkVersion(version),
            onPush: (event, args) => this.#forward(event, args),
        });
        this.#link = opened;
    }

    async #enter(opened: AgentLink, password: string): Promise<void> {
        const { url, username } = this.#agent;
        const login = await logInToAgent(this.#ports.tokens, opened, { url, username, password }).catch(nothing);
        // Meanwhile it may have been lost, and another one be on its way.
        if (opened !== this.#link || login === undefined) {
            return;
        }
        if (login.kind === "refused") {
            this.#give(login.reason, login.retryMs);
            return;
        }
        this.#online = opened;
        this.#cancelSteady = this.#ports.after(steadyMs, () => (this.#failures = 0));
        this.#change({ endpoint: this.endpoint, status: "online" });
        this.#waiting.open(opened);
        this.#early.splice(0).forEach(([event, args]) => this.#forward(event, args));
    }

    #checkVersion(version: string): void {
        if (!isSupportedVersion(version)) {
            const shown = version.slice(0, 50);
            this.#give(
                `its version ${shown} is too old to be an agent; update it to 1.4.0 or newer`,
                oldVersionPauseMs,
            );
        }
    }

    #forward(event: unknown, args: readonly unknown[]): void {
        if (this.#online === undefined) {
            this.#early = [...this.#early, [event, args] as const].slice(-greatestEarly);
            return;
        }
        const source = {
            endpoint: this.endpoint,
            endpoints: this.#ports.endpoints(),
            hasConsole: this.#hasConsole,
        };
        const marked = markPush(source, event, args);
        if (marked === undefined) {
            return;
        }
        if (this.#viewer.isBehind()) {
            this.#retry("it sent more than this browser could take");
            return;
        }
        this.#viewer.forward(marked.event, marked.args);
    }

    #retry(reason: string): void {
        this.#failures += 1;
        this.#give(reason, Math.min(longestPauseMs, 1000 * 2 ** (this.#failures - 1)));
    }

    /** Lets the link go and says why; tries again after a pause, if at all. */
    #give(reason: string, pauseMs?: number): void {
        this.#drop();
        this.#change({ endpoint: this.endpoint, status: "offline", msg: `${this.endpoint}: ${reason}` });
        if (pauseMs === undefined) {
            this.#waiting.close(notConnected(this.endpoint));
            return;
        }
        this.#cancelRetry = this.#ports.after(pauseMs, () => this.#start());
    }

    #drop(): void {
        const dropped = this.#link;
        this.#link = undefined;
        this.#online = undefined;
        this.#early = [];
        this.#hasConsole = false;
        this.#cancelSteady();
        this.#cancelRetry();
        dropped?.end();
    }

    /** Says what is new: while it tries again for the same reason, nothing. */
    #change(next: AgentStatus): void {
        const isNews = next.status !== this.#status.status || next.msg !== this.#status.msg;
        this.#status = next;
        if (isNews && !this.#isEnded) {
            this.tell();
        }
    }

    #readAnswer(event: string, answer: unknown): object {
        if (typeof answer === "object" && answer !== null && !Array.isArray(answer)) {
            return answer;
        }
        if (isSilent(event)) {
            return { ok: true };
        }
        const name = event.slice(0, 100);
        throw new AppError(
            "unavailable",
            `${this.endpoint}: gave no answer to ${name} in time; it may not know this event`,
        );
    }
}

/** Dockge's sentence, which its clients know. */
export function notConnected(endpoint: string): AppError {
    return new AppError("unavailable", `Socket client not connected for endpoint: ${endpoint.slice(0, 255)}`);
}
