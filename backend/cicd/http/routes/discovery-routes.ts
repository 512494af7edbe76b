import { z } from "zod";
import { ConnectedRepository } from "../../../../common/schema/connected-repository.ts";
import {
    ConnectedStacks,
    ConnectStacksInput,
    DeployKey,
    Discovery,
    DiscoveryInput,
} from "../../../../common/schema/discovery.ts";
import { PageQuery } from "../../../../common/schema/page.ts";
import { route, type Route } from "../route.ts";
import { pageOf } from "../schemas.ts";

const path = "/repositories";
const tag = "Repositories";

export const discoveryRoutes: readonly Route[] = [
    route({
        method: "get",
        path,
        right: "read",
        tag,
        summary: "Every connected address with its stacks, and how each one's newest deployment and delivery went.",
        request: z.object({ query: PageQuery }),
        response: pageOf(ConnectedRepository),
        handle: async ({ query }, { services }) => services.listRepositories(query),
    }),
    route({
        method: "post",
        path: `${path}/keys`,
        right: "edit",
        tag,
        summary:
            "Make an SSH key to be registered at the git server before anything is saved; its keyId stands for it in discover " +
            "and connect, for an hour and for the same user.",
        status: 201,
        request: z.object({}),
        response: DeployKey,
        handle: async (_input, { services, caller }) => services.makeDeployKey(caller),
    }),
    route({
        method: "post",
        path: `${path}/discover`,
        right: "edit",
        tag,
        summary:
            "Find the compose files of a repository, each with a name for its stack; nothing is saved. With fromStack the " +
            "stored credentials of that stack are used, for the same server only.",
        example: { url: "https://github.com/me/homelab.git", branch: "main", authType: "none" },
        request: z.object({ body: DiscoveryInput }),
        response: Discovery,
        handle: async ({ body }, { services, caller, signal }) =>
            services.discoverStacks({ input: body, caller, signal }),
    }),
    route({
        method: "post",
        path: `${path}/connect`,
        right: "edit",
        tag,
        summary:
            "Connect several compose files of one repository, each to a stack of its own, with one webhook for all. Each " +
            "has an outcome: one that fails does not undo the others.",
        example: {
            url: "https://github.com/me/homelab.git",
            branch: "main",
            authType: "none",
            stacks: [
                { stack: "web", composePath: "web/compose.yaml", deploy: true },
                { stack: "db", composePath: "db/compose.yaml" },
            ],
        },
        request: z.object({ body: ConnectStacksInput }),
        response: ConnectedStacks,
        handle: async ({ body }, { services, caller, signal }) =>
            services.connectStacks({ input: body, caller, signal }),
    }),
];
