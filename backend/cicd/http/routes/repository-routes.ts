import { z } from "zod";
import { AppError } from "../../../../common/errors.ts";
import {
    GitProvider,
    GitRepository,
    GitRepositoryInput,
    HostKeyFingerprint,
} from "../../../../common/schema/git-repository.ts";
import { Synced } from "../../../../common/schema/synced.ts";
import { WebhookAccess } from "../../../../common/schema/webhook-access.ts";
import { route, type Route } from "../route.ts";
import { done, Done, flag, stackParams } from "../schemas.ts";

const path = "/stacks/{stack}/repository";
const tag = "Repository";

/** A provider that is left out is guessed from the host. */
const GivenRepository = GitRepositoryInput.extend({ provider: GitProvider.optional() });

const example = {
    url: "https://github.com/me/app.git",
    branch: "main",
    authType: "http_token",
    credentials: { username: "me", token: "github_pat_…" },
    provider: "github",
    autoSync: false,
};

export const repositoryRoutes: readonly Route[] = [
    route({
        method: "put",
        path,
        right: "edit",
        tag,
        summary:
            "Connect a stack to a git repository, or change the connection. An unknown stack name makes a new stack; no " +
            "deployment is started. Credentials that are left out are kept, null removes them.",
        example,
        request: z.object({ params: stackParams, query: z.object({ force: flag }), body: GivenRepository }),
        response: GitRepository,
        handle: async ({ params, query, body }, { services, caller, signal }) =>
            services.connectRepository({ ...params, ...query, input: body, caller, signal }),
    }),
    route({
        method: "get",
        path,
        right: "read",
        tag,
        summary: "The repository of a stack, without credentials and webhook secret.",
        request: z.object({ params: stackParams }),
        response: GitRepository,
        async handle({ params }, { services }) {
            const repository = await services.findRepository(params.stack);
            if (repository === undefined) {
                throw new AppError("not_found", `repository: the stack "${params.stack}" is not connected to one`);
            }
            return repository;
        },
    }),
    route({
        method: "get",
        path: `${path}/webhook`,
        right: "edit",
        tag,
        summary: "The webhook's secret and addresses; that for registries holds a token. For nobody else's eyes.",
        request: z.object({ params: stackParams }),
        response: WebhookAccess,
        handle: async ({ params }, { services }) => services.findWebhookAccess(params.stack),
    }),
    route({
        method: "delete",
        path,
        right: "edit",
        tag,
        summary:
            "Disconnect a stack: credentials, hook and mirror go at once, deployments and containers stay. The webhook at " +
            "the provider stays too, and is answered with 404 from then on; remove it there, or before this with …/hook.",
        request: z.object({ params: stackParams }),
        response: Done,
        async handle({ params }, { services, caller }) {
            await services.disconnectRepository({ ...params, caller });
            return done;
        },
    }),
    route({
        method: "post",
        path: `${path}/sync`,
        right: "deploy",
        tag,
        summary: "Ask the repository for new commits and tags now, and deploy them as a poll would.",
        request: z.object({ params: stackParams }),
        response: Synced,
        handle: async ({ params }, { services, caller, signal }) =>
            services.syncRepository({ ...params, caller, signal }),
    }),
    route({
        method: "post",
        path: `${path}/test`,
        right: "edit",
        tag,
        summary: "Reach a repository and list its branches and compose files; without a body, the connected one.",
        example: { url: "https://github.com/me/app.git" },
        request: z.object({
            params: stackParams,
            body: GivenRepository.partial({ branch: true, url: true }),
        }),
        response: z.object({
            ok: z.literal(true),
            branches: z.array(z.string()),
            defaultBranch: z.string(),
            composePaths: z.array(z.string()),
        }),
        async handle({ params, body: { url, ...body } }, { services, caller, signal }) {
            const input = url === undefined ? undefined : { ...body, url };
            return { ok: true as const, ...(await services.testRepository({ ...params, input, caller, signal })) };
        },
    }),
    route({
        method: "post",
        path: `${path}/host-key`,
        right: "edit",
        tag,
        summary:
            "Accept another key of the repository's SSH server, provided that the server shows it now. The error " +
            "host_key_changed tells its fingerprint.",
        example: { fingerprint: "SHA256:uNiVztksCsDhcc0u9e8BrrQO5fNwTXPzOIoQ7lbVqAs" },
        request: z.object({ params: stackParams, body: z.strictObject({ fingerprint: HostKeyFingerprint }) }),
        response: GitRepository,
        handle: async ({ params, body }, { services, signal }) =>
            services.acceptHostKey({ ...params, ...body, signal }),
    }),
];
