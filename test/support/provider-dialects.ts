import { z } from "zod";

/** The one repository that the stand-in has, and who may reach it. */
export interface ApiAccount {
    /** As the address has them. */
    readonly owner: string;
    readonly name: string;
    readonly token: string;
    readonly username?: string | undefined;
}

/** A hook as the stand-in keeps it. */
export interface StoredHook {
    readonly id: string;
    readonly url: string;
    readonly secret: string;
    readonly active: boolean;
    readonly events: readonly string[];
    /** Further fields that the provider shows. */
    readonly more?: Readonly<Record<string, unknown>>;
}

type ReadBody = (body: unknown) => Omit<StoredHook, "id"> | { readonly refused: string } | string;

/** How one provider's API looks from outside, as its documentation tells. */
export interface Dialect {
    /** Everything of the API lies below. */
    readonly base: string;
    readonly repository: string;
    readonly hooks: string;
    readonly login: Readonly<Record<string, string>>;
    readonly required: Readonly<Record<string, string>>;
    readonly changeMethod: "PUT" | "PATCH";
    readonly changesSecret: boolean;
    readonly newId: (count: number) => string;
    readonly readBody: ReadBody;
    readonly show: (hook: StoredHook) => object;
    readonly page: (
        hooks: readonly StoredHook[],
        query: URLSearchParams,
    ) => { readonly answer: unknown; readonly headers?: Readonly<Record<string, string>> };
}

const json = { accept: "application/json" };

/** Reads a body by its schema; what does not fit is told as a text. */
function reading<T>(
    schema: z.ZodType<T>,
    make: (body: T) => Omit<StoredHook, "id"> | { readonly refused: string },
): ReadBody {
    return (body) => {
        const parsed = schema.safeParse(body);
        return parsed.success ? make(parsed.data) : `body: ${z.prettifyError(parsed.error)}`;
    };
}

function slice(hooks: readonly StoredHook[], query: URLSearchParams, size: string) {
    const perPage = Number(query.get(size) ?? "30");
    const page = Number(query.get("page") ?? "1");
    return { page, isLast: page * perPage >= hooks.length, shown: hooks.slice((page - 1) * perPage, page * perPage) };
}

const text = z.string().min(1);

const GithubBody = z.strictObject({
    name: z.literal("web"),
    active: z.boolean(),
    events: z.array(text).min(1),
    config: z.strictObject({
        url: z.url(),
        content_type: z.enum(["json", "form"]),
        secret: text,
        insecure_ssl: z.literal("0"),
    }),
});

function github({ owner, name, token }: ApiAccount): Dialect {
    const repository = `/api/v3/repos/${owner}/${name}`;
    const show = ({ id, url, active, events, more }: StoredHook) => ({
        type: "Repository",
        id: Number(id),
        name: "web",
        active,
        events,
        config: { url, content_type: "json", insecure_ssl: "0", secret: "********" },
        last_response: { code: null, status: "unused", message: null },
        ...more,
    });
    return {
        base: "/api/v3/",
        repository,
        hooks: `${repository}/hooks`,
        login: { authorization: `Bearer ${token}` },
        required: {
            accept: "application/vnd.github+json",
            "x-github-api-version": "2022-11-28",
            "user-agent": "dockge-cicd",
        },
        changeMethod: "PATCH",
        changesSecret: true,
        newId: (count) => String(12_345_600 + count),
        readBody: reading(GithubBody, ({ active, events, config: { url, secret } }) => ({
            url,
            secret,
            active,
            events,
        })),
        show,
        page: (hooks, query) => ({ answer: slice(hooks, query, "per_page").shown.map(show) }),
    };
}

const GitlabBody = z.strictObject({
    url: z.url(),
    token: text,
    push_events: z.boolean(),
    tag_push_events: z.boolean(),
    enable_ssl_verification: z.boolean(),
});

function gitlab({ owner, name, token }: ApiAccount): Dialect {
    const repository = `/api/v4/projects/${encodeURIComponent(`${owner}/${name}`)}`;
    const show = ({ id, url, active, events, more }: StoredHook) => ({
        id: Number(id),
        url,
        project_id: 7,
        push_events: active && events.includes("push"),
        tag_push_events: events.includes("tag"),
        enable_ssl_verification: true,
        alert_status: "executable",
        disabled_until: null,
        ...more,
    });
    return {
        base: "/api/v4/",
        repository,
        hooks: `${repository}/hooks`,
        login: { "private-token": token },
        required: json,
        changeMethod: "PUT",
        changesSecret: true,
        newId: (count) => String(count),
        readBody: reading(GitlabBody, ({ url, token: secret, push_events, tag_push_events }) => ({
            url,
            secret,
            active: true,
            events: [...(push_events ? ["push"] : []), ...(tag_push_events ? ["tag"] : [])],
        })),
        show,
        page(hooks, query) {
            const { page, isLast, shown } = slice(hooks, query, "per_page");
            return { answer: shown.map(show), headers: { "x-next-page": isLast ? "" : String(page + 1) } };
        },
    };
}

const GiteaBody = z.strictObject({
    type: z.string(),
    active: z.boolean(),
    events: z.array(text),
    config: z.strictObject({ url: z.url(), content_type: z.enum(["json", "form"]), secret: text }),
});

function giteaLike(type: "gitea" | "gogs", { owner, name, token }: ApiAccount): Dialect {
    const repository = `/api/v1/repos/${owner}/${name}`;
    const show = ({ id, url, active, events, more }: StoredHook) => ({
        id: Number(id),
        type,
        config: { url, content_type: "json" },
        events,
        active,
        ...more,
    });
    return {
        base: "/api/v1/",
        repository,
        hooks: `${repository}/hooks`,
        login: { authorization: `token ${token}` },
        required: json,
        changeMethod: "PATCH",
        changesSecret: false,
        newId: (count) => String(count),
        readBody: reading(GiteaBody, ({ type: given, active, events, config: { url, secret } }) =>
            given === type ? { url, secret, active, events } : { refused: "Invalid hook type." },
        ),
        show,
        page(hooks, query) {
            if (type === "gogs") {
                return { answer: hooks.map(show) };
            }
            const { shown } = slice(hooks, query, "limit");
            return { answer: shown.map(show), headers: { "x-total-count": String(hooks.length) } };
        },
    };
}

function bitbucketLogin({ username, token }: ApiAccount): Readonly<Record<string, string>> {
    const basic = Buffer.from(`${username ?? ""}:${token}`).toString("base64");
    return { authorization: username === undefined ? `Bearer ${token}` : `Basic ${basic}` };
}

const CloudBody = z.strictObject({
    description: text,
    url: z.url(),
    secret: text,
    active: z.boolean(),
    events: z.array(z.enum(["repo:push", "pullrequest:created"])).min(1),
});

function bitbucketCloud(options: ApiAccount): Dialect {
    const repository = `/2.0/repositories/${options.owner}/${options.name}`;
    const show = ({ id, url, active, events, more }: StoredHook) => ({
        type: "webhook_subscription",
        uuid: id,
        description: "Deployments",
        subject_type: "repository",
        url,
        active,
        events,
        secret_set: true,
        ...more,
    });
    return {
        base: "/2.0/",
        repository,
        hooks: `${repository}/hooks`,
        login: bitbucketLogin(options),
        required: json,
        changeMethod: "PUT",
        changesSecret: true,
        newId: (count) => `{a3b0c44-${count}}`,
        readBody: reading(CloudBody, ({ description, ...hook }) => hook),
        show,
        page(hooks, query) {
            const { page, isLast, shown } = slice(hooks, query, "pagelen");
            const next = `https://api.bitbucket.org${repository}/hooks?page=${page + 1}`;
            return { answer: { pagelen: 100, page, values: shown.map(show), ...(!isLast && { next }) } };
        },
    };
}

const ServerBody = z.strictObject({
    name: text,
    url: z.url(),
    active: z.boolean(),
    events: z.array(z.enum(["repo:refs_changed", "pr:opened"])).min(1),
    configuration: z.strictObject({ secret: text }),
    sslVerificationRequired: z.boolean(),
});

function bitbucketServer(options: ApiAccount): Dialect {
    const repository = `/rest/api/1.0/projects/${options.owner}/repos/${options.name}`;
    const show = ({ id, url, active, events, more }: StoredHook) => ({
        id: Number(id),
        name: "Deployments",
        url,
        active,
        events,
        configuration: {},
        scopeType: "repository",
        sslVerificationRequired: true,
        ...more,
    });
    return {
        base: "/rest/api/1.0/",
        repository,
        hooks: `${repository}/webhooks`,
        login: bitbucketLogin(options),
        required: json,
        changeMethod: "PUT",
        changesSecret: true,
        newId: (count) => String(count),
        readBody: reading(ServerBody, ({ url, active, events, configuration: { secret } }) => ({
            url,
            secret,
            active,
            events,
        })),
        show,
        page(hooks, query) {
            const start = Number(query.get("start") ?? "0");
            const limit = Number(query.get("limit") ?? "25");
            const values = hooks.slice(start, start + limit).map(show);
            const isLastPage = start + limit >= hooks.length;
            const nextPageStart = isLastPage ? null : start + limit;
            return { answer: { size: values.length, limit, start, isLastPage, nextPageStart, values } };
        },
    };
}

export const dialects = {
    github,
    gitlab,
    gitea: (options) => giteaLike("gitea", options),
    gogs: (options) => giteaLike("gogs", options),
    bitbucketCloud,
    bitbucketServer,
} as const satisfies Readonly<Record<string, (options: ApiAccount) => Dialect>>;

export type DialectName = keyof typeof dialects;
