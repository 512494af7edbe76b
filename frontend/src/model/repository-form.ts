import type { z } from "zod";
import type {
    GitAuthType,
    GitProvider,
    GitRepository,
    GitRepositoryInput,
} from "../../../common/schema/git-repository.ts";

/** The connect form as it is typed. */
export interface RepositoryForm {
    url: string;
    provider: GitProvider;
    /** Whether the user chose the provider; else it is guessed from the address. */
    providerChosen: boolean;
    authType: Extract<GitAuthType, "none" | "http_token">;
    username: string;
    token: string;
    /** Whether the server has a token already, which an empty field keeps. */
    hasToken: boolean;
    branch: string;
    composePath: string;
    autoSync: boolean;
    allowPrivateHost: boolean;
}

type RawInput = z.input<typeof GitRepositoryInput>;

export function emptyRepositoryForm(): RepositoryForm {
    return {
        url: "",
        provider: "generic",
        providerChosen: false,
        authType: "none",
        username: "",
        token: "",
        hasToken: false,
        branch: "",
        composePath: "",
        autoSync: false,
        allowPrivateHost: false,
    };
}

export function repositoryForm(repository: GitRepository, composePath: string): RepositoryForm {
    return {
        ...emptyRepositoryForm(),
        url: repository.url,
        provider: repository.provider,
        providerChosen: true,
        authType: repository.authType === "http_token" ? "http_token" : "none",
        hasToken: repository.authType === "http_token" && repository.hasCredentials,
        branch: repository.branch,
        composePath,
        autoSync: repository.autoSync,
        allowPrivateHost: repository.allowPrivateHost,
    };
}

/** What the form sends; `stored` is what is connected now, whose other settings stay. */
export function repositoryInput(form: RepositoryForm, stored?: GitRepository | null): RawInput {
    return {
        ...(stored ? keptSettings(stored) : {}),
        url: form.url.trim(),
        branch: form.branch,
        provider: form.provider,
        authType: form.authType,
        credentials: credentialsOf(form),
        autoSync: form.autoSync,
        allowPrivateHost: form.allowPrivateHost,
    };
}

/** The same for asking the remote, before a branch is known. */
export function testInput(form: RepositoryForm, stored?: GitRepository | null): Omit<RawInput, "branch"> {
    const { branch: _branch, ...rest } = repositoryInput(form, stored);
    return rest;
}

/** A connected repository as the input that would store the same. Left out credentials are kept. */
export function storedInput(repository: GitRepository): RawInput {
    return {
        ...keptSettings(repository),
        url: repository.url,
        branch: repository.branch,
        provider: repository.provider,
        authType: repository.authType,
        autoSync: repository.autoSync,
        allowPrivateHost: repository.allowPrivateHost,
    };
}

function keptSettings(repository: GitRepository): Pick<RawInput, "pollIntervalSeconds" | "paths" | "aliases"> {
    return {
        pollIntervalSeconds: repository.pollIntervalSeconds,
        paths: [...repository.paths],
        aliases: [...repository.aliases],
    };
}

function credentialsOf(form: RepositoryForm): RawInput["credentials"] {
    if (form.authType === "none") {
        return null;
    }
    if (form.token === "" && form.hasToken) {
        return undefined;
    }
    return { token: form.token, ...(form.username === "" ? {} : { username: form.username }) };
}
