import type { BuildConfigRecord } from "../core/build-config.ts";
import type { RepositoryRecord } from "../core/git-repository.ts";
import type { PushEvent } from "../core/webhook-event.ts";
import type { Enqueue } from "./enqueue-deployment.ts";

/** A push, and a stack that it may mean something for. */
export interface StackPush {
    readonly repository: RepositoryRecord;
    readonly buildConfig: BuildConfigRecord;
    readonly push: PushEvent;
    /** Who redelivered it; undefined for the sender itself. */
    readonly user: string | undefined;
}

/** Queues the deployment that a push asks for. */
export function enqueuePush(enqueue: Enqueue, { repository, buildConfig, push, user }: StackPush): ReturnType<Enqueue> {
    const { ref, commit, message, author } = push;
    return enqueue({ repository, buildConfig, ref, commit, message, author, triggeredBy: "webhook", user });
}
