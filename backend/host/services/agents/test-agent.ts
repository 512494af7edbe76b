import { AppError } from "../../../../common/errors.ts";
import { endpointOf } from "../../../../common/schema/agent.ts";
import type { AgentConnectionPorts } from "./agent-connection.ts";
import { targetOf } from "./agent-endpoint.ts";
import { logInByPassword, type AgentCredentials, type AgentLogin } from "./log-in-to-agent.ts";

const testMs = 30_000;

/**
 * Connects to another server and logs in there, once; the token that it gives is kept. Throws AppError `unavailable`
 * when it cannot be reached, `invalid` when it refuses the login; neither holds the password.
 */
export async function testAgent(
    { connect, tokens, after }: Pick<AgentConnectionPorts, "connect" | "tokens" | "after">,
    credentials: AgentCredentials,
): Promise<void> {
    const target = targetOf(credentials.url, false);
    if (target === undefined) {
        throw new AppError("invalid", "url: give the address of the other server, such as http://10.0.0.5:5001");
    }
    const endpoint = endpointOf(credentials.url);
    const login = await new Promise<AgentLogin>((resolve, reject) => {
        const fail = (reason: string): void => {
            finish();
            reject(new AppError("unavailable", `${endpoint}: ${reason}`));
        };
        const cancel = after(testMs, () => fail("does not answer; check address and port"));
        const link = connect(target, {
            onConnect() {
                logInByPassword(tokens, link, credentials)
                    .then(resolve, () => fail("the connection was lost"))
                    .finally(finish);
            },
            onEnd: fail,
            onVersion: () => undefined,
            onPush: () => undefined,
        });
        function finish(): void {
            cancel();
            link.end();
        }
    });
    if (login.kind === "refused") {
        throw new AppError("invalid", `${endpoint}: ${login.reason}`);
    }
}
