import { removeStack } from "../../test/support/docker.ts";
import { createRest } from "../../test/support/rest.ts";
import { freePort, startServer } from "../../test/support/server.ts";
import { createWorkRepository } from "../../test/support/work-repository.ts";
import { deliverPush } from "../scene/deliver-push.ts";
import { followLog } from "../scene/follow-log.ts";
import { benchApp, changeOf } from "./bench-app.ts";
import { watchHealth } from "./first-healthy.ts";
import type { Side } from "./side.ts";

/** The product: the push's webhook is delivered to a running server. */
export async function serverSide(): Promise<Side> {
    const stack = `bench-server-${String(process.pid)}`;
    const server = await startServer({ CICD_STABILITY_SECONDS: "0" });
    const repository = await createWorkRepository();
    await repository.commit(benchApp(await freePort()), "start");
    const connected = await createRest(server).connect(stack, {
        url: repository.url,
        branch: "main",
        provider: "github",
    });
    const health = watchHealth(stack);
    return {
        name: "dockge-cicd",
        async push(n) {
            const message = `change ${String(n)}`;
            const commit = await repository.commit(changeOf(n), message);
            health.arm();
            const pushed = Date.now();
            const [id = ""] = await deliverPush(connected, {
                address: repository.url,
                branch: "main",
                commit,
                message,
            });
            const answered = Date.now();
            let building = 0;
            let builder = 0;
            const { status, error } = await followLog(server, id, ({ phase, stream }) => {
                building ||= phase === "building" ? Date.now() : 0;
                builder ||= phase === "building" && stream !== "system" ? Date.now() : 0;
            });
            const done = Date.now() - pushed;
            if (status !== "successful") {
                throw new Error(`Push ${String(n)} ended ${status}: ${error ?? ""}`);
            }
            return {
                healthy: (await health.next()) - pushed,
                done,
                firstBuildLine: building - answered,
                firstBuilderLine: builder - answered,
            };
        },
        async close() {
            health.close();
            await server.stop();
            await removeStack(stack);
            await repository.remove();
        },
    };
}
