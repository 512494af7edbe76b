/** What a page is called, for the browser's tab: a text's key, or what the address names. */
export interface PageTitle {
    readonly key?: string;
    readonly subjects: readonly string[];
}

const keys: Readonly<Record<string, string>> = {
    home: "home.title",
    "new-stack": "stack.newTitle",
    "new-from-git": "stack.newFromGit",
    repository: "repository.title",
    "pipeline-editor": "pipeline.title",
    pipeline: "pipeline.title",
    deployment: "deployment.title",
    repositories: "repositories.title",
    discover: "discover.title",
    console: "console.title",
    registries: "registries.title",
    targets: "machines.title",
    disk: "disk.title",
    "settings-general": "settings.general.title",
    "settings-appearance": "settings.appearance.title",
    "settings-security": "settings.security.title",
    "settings-agents": "settings.agents.title",
    "settings-global-env": "settings.globalEnv.title",
    "settings-about": "settings.about.title",
};

const named: readonly string[] = ["serviceName", "stackName", "endpoint"];
const agentPrefix = "agent-";

/** The title of a route's page; the most particular comes first. An address that is unknown has an empty one. */
export function pageTitle(route: string, params: Readonly<Record<string, string | readonly string[]>>): PageTitle {
    const own = route.startsWith(agentPrefix) ? route.slice(agentPrefix.length) : route;
    const subjects = named.flatMap((name) => params[name] ?? []);
    const key = keys[own];
    return key === undefined ? { subjects } : { key, subjects };
}
