import { DeployTarget } from "../../common/schema/deploy-target.ts";
import type { RemoteHost, RemoteUser } from "./remote-host.ts";
import type { Rest } from "./rest.ts";

/** Adds the second host as a target, with a key that the server makes; answers the target. */
export async function addTarget(
    rest: Rest,
    host: RemoteHost,
    given: { readonly name: string; readonly user?: RemoteUser; readonly fields?: object },
): Promise<DeployTarget> {
    const { name, user = "root", fields = {} } = given;
    const made = await rest.call("POST", "/targets", {
        name,
        host: host.address,
        port: host.port,
        username: user,
        stacksDirectory: host.stacks,
        allowPrivateHost: true,
        ...fields,
    });
    const target = DeployTarget.parse(made.body);
    await host.alsoAuthorize(target.publicKey, user);
    return target;
}

/** The id of a service's container over there; "" where it has none. */
export async function remoteContainer(host: RemoteHost, stack: string, service: string): Promise<string> {
    return host.docker(
        ...["ps", "-aq", "--no-trunc"],
        ...["--filter", `label=com.docker.compose.project=${stack}`],
        ...["--filter", `label=com.docker.compose.service=${service}`],
    );
}

/** What the app's service `web` answers over there. */
export async function remoteAnswer(host: RemoteHost, stack: string, service = "web"): Promise<string> {
    return host.docker("exec", await remoteContainer(host, stack, service), "wget", "-qO-", "http://127.0.0.1:8080/");
}

/** Removes a stack's containers, networks and volumes over there. */
export async function removeRemoteStack(host: RemoteHost, stack: string): Promise<void> {
    const label = `label=com.docker.compose.project=${stack}`;
    for (const [list, remove] of [
        [
            ["ps", "-aq"],
            ["rm", "-f", "-v"],
        ],
        [
            ["network", "ls", "-q"],
            ["network", "rm"],
        ],
        [
            ["volume", "ls", "-q"],
            ["volume", "rm"],
        ],
    ] as const) {
        const ids = (await host.docker(...list, "--filter", label)).split("\n").filter(Boolean);
        if (ids.length > 0) {
            await host.docker(...remove, ...ids);
        }
    }
}
