import { z } from "zod";
import { DeployTarget, DeployTargetInput, TargetCheck } from "../../../../common/schema/deploy-target.ts";
import { HostKeyFingerprint } from "../../../../common/schema/git-repository.ts";
import { PageQuery } from "../../../../common/schema/page.ts";
import { route, type Route } from "../route.ts";
import { done, Done, idParams, pageOf } from "../schemas.ts";

const tag = "Targets";
const path = "/targets/{id}";
const example = { name: "attic", host: "attic.example.org", username: "deploy", stacksDirectory: "/opt/stacks" };

export const targetRoutes: readonly Route[] = [
    route({
        method: "get",
        path: "/targets",
        right: "read",
        tag,
        summary: "The machines that stacks are deployed to over SSH, by name, without their private keys.",
        request: z.object({ query: PageQuery }),
        response: pageOf(DeployTarget),
        handle: async ({ query }, { services }) => services.listTargets(query),
    }),
    route({
        method: "post",
        path: "/targets",
        right: "admin",
        tag,
        summary:
            "Add a machine. Without a private key a pair is made: put the answer's publicKey into the user's " +
            "authorized_keys there, then test the target.",
        status: 201,
        example,
        request: z.object({ body: DeployTargetInput }),
        response: DeployTarget,
        handle: async ({ body }, { services, signal }) => services.createTarget({ input: body, signal }),
    }),
    route({
        method: "get",
        path,
        right: "read",
        tag,
        summary: "One machine, without its private key.",
        request: z.object({ params: idParams }),
        response: DeployTarget,
        handle: async ({ params }, { services }) => services.findTarget(params.id),
    }),
    route({
        method: "put",
        path,
        right: "admin",
        tag,
        summary:
            "Change a machine. A private key that is left out is kept, `null` makes a new pair; with another host or port " +
            "the pinned host key is forgotten.",
        example,
        request: z.object({ params: idParams, body: DeployTargetInput }),
        response: DeployTarget,
        handle: async ({ params, body }, { services, signal }) =>
            services.updateTarget({ id: params.id, input: body, signal }),
    }),
    route({
        method: "delete",
        path,
        right: "admin",
        tag,
        summary: "Delete a machine that no build settings name. What runs there runs on.",
        request: z.object({ params: idParams }),
        response: Done,
        async handle({ params }, { services }) {
            await services.deleteTarget(params.id);
            return done;
        },
    }),
    route({
        method: "post",
        path: `${path}/test`,
        right: "admin",
        tag,
        summary:
            "Log in and look around: versions, disk, rights. What keeps stacks from being deployed there stands in " +
            "problems; the host's key is pinned at first sight.",
        request: z.object({ params: idParams }),
        response: TargetCheck,
        handle: async ({ params }, { services, signal }) => services.testTarget({ id: params.id, signal }),
    }),
    route({
        method: "post",
        path: `${path}/host-key`,
        right: "admin",
        tag,
        summary:
            "Accept another host key, provided that the machine shows it now. The error host_key_changed tells its " +
            "fingerprint.",
        example: { fingerprint: "SHA256:uNiVztksCsDhcc0u9e8BrrQO5fNwTXPzOIoQ7lbVqAs" },
        request: z.object({ params: idParams, body: z.strictObject({ fingerprint: HostKeyFingerprint }) }),
        response: DeployTarget,
        handle: async ({ params, body }, { services, signal }) =>
            services.acceptTargetHostKey({ id: params.id, ...body, signal }),
    }),
];
