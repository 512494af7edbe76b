import { expect, it } from "vitest";
import { cicdHandlers } from "../../../../backend/cicd/socket/events.ts";
import type { SocketContext } from "../../../../backend/cicd/socket/handlers.ts";
import { cicdEvents } from "../../../../common/socket/cicd-events.ts";
import { admin, createEdge } from "../../../support/edge.ts";

it("discovers, connects and lists over the socket", async () => {
    const edge = await createEdge();
    edge.remote.files = ["shop/compose.yaml"];
    const handlers = cicdHandlers(edge.services);
    const socket: SocketContext = {
        caller: admin,
        socketId: "socket-1",
        emit: () => undefined,
        onDisconnect: () => undefined,
    };
    const url = "https://git.example/me/homelab.git";

    const { publicKey } = await handlers.makeDeployKey([], socket);
    expect(publicKey).toMatch(/^ssh-ed25519 /);
    const found = await handlers.discoverRepository(cicdEvents.discoverRepository.args.parse([{ url }]), socket);
    expect(found.folders).toMatchObject([{ composePath: "shop/compose.yaml", suggestedStack: "shop" }]);
    const stacks = [{ stack: "shop", composePath: "shop/compose.yaml" }];
    const wanted = cicdEvents.connectStacks.args.parse([{ url, branch: "main", stacks }]);
    expect(await handlers.connectStacks(wanted, socket)).toMatchObject({ stacks: [{ stack: "shop", ok: true }] });
    expect(await handlers.getRepositories([50, undefined], socket)).toMatchObject({
        repositories: [{ url, stacks: [{ stack: "shop", composePath: "shop/compose.yaml" }] }],
        nextCursor: null,
    });
});
