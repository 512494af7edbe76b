import type { z } from "zod";
import type {
    GitAuthType,
    GitProvider,
    GitRepository,
    GitRepositoryInput,
} from "../../../common/schema/git-repository.ts";

/** Where the SSH key comes from: the server keeps the one that it has, makes a new pair, or is given one. */
export type KeySource = "kept" | "make" | "paste";

/** The connect form as it is typed. */
export interface RepositoryForm {
    url: string;
    provider: GitProvider;
    /** Whether the user chose the provider; else it is guessed from the address. */
    providerChosen: boolean;
    authType: GitAuthType;
    username: string;
    token: string;
    /** Whether the server has a token already, which an empty field keeps. */
    hasToken: boolean;
    keySource: KeySource;
    privateKey: string;
    passphrase: string;
    /** Whether the server has a key already. */
    hasKey: boolean;
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
        keySource: "make",
        privateKey: "",
        passphrase: "",
        hasKey: false,
        branch: "",
        composePath: "",
        autoSync: false,
        allowPrivateHost: false,
    };
}

export function repositoryForm(repository: GitRepository, composePath: string): RepositoryForm {
    const hasKey = repository.authType === "ssh_key" && repository.hasCredentials;
    return {
        ...emptyRepositoryForm(),
        url: repository.url,
        provider: repository.provider,
        providerChosen: true,
        authType: repository.authType,
        hasToken: repository.authType === "http_token" && repository.hasCredentials,
        keySource: hasKey ? "kept" : "make",
        hasKey,
        branch: repository.branch,
        composePath,
        autoSync: repository.autoSync,
        allowPrivateHost: repository.allowPrivateHost,
    };
}

/** Whether saving the form makes a key, which the git server cannot know before. */
export function makesKey(form: RepositoryForm): boolean {
    return form.authType === "ssh_key" && form.keySource === "make";
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
    return form.authType === "ssh_key" ? keyOf(form) : tokenOf(form);
}

function tokenOf(form: RepositoryForm): RawInput["credentials"] {
    if (form.token === "" && form.hasToken) {
        return undefined;
    }
    return { token: form.token, ...(form.username === "" ? {} : { username: form.username }) };
}

/** Left out: the stored one is kept, or a first one is made; `null`: another one is made. */
function keyOf({ keySource, hasKey, privateKey, passphrase }: RepositoryForm): RawInput["credentials"] {
    if (keySource === "paste") {
        return { privateKey, ...(passphrase === "" ? {} : { passphrase }) };
    }
    return keySource === "make" && hasKey ? null : undefined;
}
