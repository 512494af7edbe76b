import { addTarget, removeRemoteStack } from "../../test/support/remote-stack.ts";
import { createRest } from "../../test/support/rest.ts";
import { freePort, startServer, type TestServer } from "../../test/support/server.ts";
import { createWorkRepository, type WorkRepository } from "../../test/support/work-repository.ts";
import { deliverPush } from "../scene/deliver-push.ts";
import { followLog } from "../scene/follow-log.ts";
import { watchHealth } from "./first-healthy.ts";
import { remoteApp, remoteChange } from "./remote-app.ts";
import type { RemotePlace } from "./remote-place.ts";
import type { Side } from "./side.ts";

/** The product: the push's webhook is delivered to a running server, whose target is the other machine. */
export async function remoteServerSide(place: RemotePlace): Promise<Side> {
    const server = await startServer({ CICD_STABILITY_SECONDS: "0" });
    const repository = await createWorkRepository();
    const close = async (): Promise<void> => {
        await server.stop();
        await repository.remove();
    };
    try {
        return await connectSide(place, { server, repository, close });
    } catch (error) {
        await close();
        throw error;
    }
}

interface Own {
    readonly server: TestServer;
    readonly repository: WorkRepository;
    readonly close: () => Promise<void>;
}

async function connectSide({ host, user, key }: RemotePlace, { server, repository, close }: Own): Promise<Side> {
    const stack = `bench-ssh-server-${String(process.pid)}`;
    const port = await freePort();
    await repository.commit(remoteApp(port), "start");
    const rest = createRest(server);
    const fields = { privateKey: key.privateKey };
    const target = await addTarget(rest, host, { name: "second", user, fields });
    const connected = await rest.connect(
        stack,
        { url: repository.url, branch: "main", provider: "github" },
        { buildType: "compose_only", targetIds: [target.id] },
    );
    const health = watchHealth(stack, host.dockerHost);
    return {
        name: "dockge-cicd over SSH",
        async push(n) {
            const message = `change ${String(n)}`;
            const commit = await repository.commit(remoteChange(port, n), message);
            health.arm();
            const pushed = Date.now();
            const delivery = { address: repository.url, branch: "main", commit, message };
            const [id = ""] = await deliverPush(connected, delivery);
            const { status, error } = await followLog(server, id, () => undefined);
            const done = Date.now() - pushed;
            if (status !== "successful") {
                throw new Error(`Push ${String(n)} ended ${status}: ${error ?? ""}`);
            }
            return { healthy: (await health.next()) - pushed, done };
        },
        async close() {
            health.close();
            await close();
            await removeRemoteStack(host, stack);
        },
    };
}
