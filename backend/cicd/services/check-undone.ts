import type { Clock } from "../core/clock.ts";
import type { DeploymentStore } from "../core/deployment.ts";
import type { CommitInfo, Git, GitCall } from "../core/git.ts";
import type { RepositoryStore } from "../core/git-repository.ts";
import type { Enqueue } from "./enqueue-deployment.ts";
import { enqueuePush, type StackPush } from "./enqueue-push.ts";
import { pinFirstKey } from "./pin-host-key.ts";
import { accessOf } from "./poll-plans.ts";

export interface UndoneCheckPorts {
    readonly git: Pick<Git, "fetch" | "resolve" | "isAncestor">;
    readonly deployments: Pick<DeploymentStore, "findLive" | "listActive">;
    readonly repositories: Pick<RepositoryStore, "find" | "pinHostKey">;
    readonly clock: Clock;
    readonly enqueue: Enqueue;
    readonly onError: (error: unknown) => void;
}

export interface UndoneCheck {
    /** Resolves when nothing of the remote waits any more; never rejects. */
    check(ignored: StackPush): Promise<void>;
    /** Forgets what waits, and waits for what runs. */
    stop(): Promise<void>;
}

interface Remote {
    /** Stack and branch → the newest push. */
    readonly waiting: Map<string, StackPush>;
    readonly looking: Promise<void>;
}

/** Those that the push touches are to fetch first. */
const pauseMilliseconds = 1000;
const timeoutSeconds = 60;

/**
 * Some senders do not tell that a push was forced: the file list of such a push lacks what the undone commits had
 * changed. This looks, after the answer, at pushes to a branch that were ignored for their list, and queues the branch's
 * head where what a stack runs is no longer a part of its history.
 */
export function createUndoneCheck(ports: UndoneCheckPorts): UndoneCheck {
    const stopping = new AbortController();
    const remotes = new Map<string, Remote>();

    async function look(access: string, waiting: Map<string, StackPush>): Promise<void> {
        while (waiting.size > 0) {
            await ports.clock.sleep(pauseMilliseconds, stopping.signal);
            const pushes = stopping.signal.aborted ? [] : [...waiting.values()];
            waiting.clear();
            await lookAt(ports, pushes, stopping.signal).catch(ports.onError);
        }
        remotes.delete(access);
    }

    return {
        check(ignored) {
            const { repository, push } = ignored;
            const access = accessOf(repository);
            const key = `${repository.stackId} ${push.ref.name}`;
            const known = remotes.get(access);
            if (known !== undefined) {
                known.waiting.set(key, ignored);
                return known.looking;
            }
            const waiting = new Map([[key, ignored]]);
            const looking = look(access, waiting);
            remotes.set(access, { waiting, looking });
            return looking;
        },
        async stop() {
            stopping.abort();
            await Promise.all([...remotes.values()].map(({ looking }) => looking));
        },
    };
}

/** Pushes to stacks that reach one remote in the same way. */
async function lookAt(ports: UndoneCheckPorts, pushes: readonly StackPush[], signal: AbortSignal): Promise<void> {
    const withCommits = await Promise.all(pushes.map(async (push) => ({ push, commits: await findOwn(ports, push) })));
    const suspects = withCommits.filter(({ commits }) => commits.length > 0);
    const [first] = suspects;
    if (first === undefined) {
        return;
    }
    const { repository } = first.push;
    const call = { signal, timeoutSeconds, onHostKey: pinFirstKey(ports.repositories, repository) };
    await ports.git.fetch(repository, call);
    for (const { push, commits } of suspects) {
        const head = await ports.git.resolve(push.repository, { branch: push.push.ref.name }, undefined, call);
        if (await isAnyUndone(ports.git, push, { commits, head, call })) {
            const { sha: commit, message, author } = head;
            await enqueuePush(ports.enqueue, { ...push, push: { ...push.push, commit, message, author } });
        }
    }
}

/** The commits of the branch that the stack runs, or is about to; none where it was disconnected meanwhile. */
async function findOwn(ports: UndoneCheckPorts, { repository, push }: StackPush): Promise<readonly string[]> {
    if ((await ports.repositories.find(repository.id)) === undefined) {
        return [];
    }
    const live = await ports.deployments.findLive(repository.stackId);
    const active = await ports.deployments.listActive(repository.stackId);
    const rows = [...(live === undefined ? [] : [live]), ...active].filter(
        (row) => row.repositoryId === repository.id && row.tag === undefined && row.branch === push.ref.name,
    );
    return [...new Set(rows.map(({ commitSha }) => commitSha).filter((sha) => sha !== ""))];
}

async function isAnyUndone(
    git: UndoneCheckPorts["git"],
    { repository }: StackPush,
    given: { readonly commits: readonly string[]; readonly head: CommitInfo; readonly call: GitCall },
): Promise<boolean> {
    const { commits, head, call } = given;
    for (const commit of commits) {
        const isPast = await git.isAncestor(repository, commit, head.sha, call);
        // What came after the head may have been fetched meanwhile.
        if (!isPast && !(await git.isAncestor(repository, head.sha, commit, call))) {
            return true;
        }
    }
    return false;
}
