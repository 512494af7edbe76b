import type { RemoteRefs } from "../../backend/cicd/core/git.ts";
import { createPipelineStore } from "../../backend/cicd/adapters/sqlite/pipeline-store.ts";
import { createEnqueuePipeline } from "../../backend/cicd/services/pipelines/enqueue-pipeline.ts";
import { createEnqueue } from "../../backend/cicd/services/enqueue-deployment.ts";
import { createRunningDeployments } from "../../backend/cicd/services/running-deployments.ts";
import { connect, openWorkshop } from "./workshop.ts";

/** What follows a remote by itself: real stores, a remote whose refs can be set, and all that was said. */
export async function openFollower() {
    const workshop = await openWorkshop();
    const remote = {
        refs: { "refs/heads/main": "a".repeat(40) } as Readonly<Record<string, string>>,
        failure: undefined as Error | undefined,
        /** Addresses that were asked, in order. */
        asked: [] as string[],
        /** Awaited before each answer. */
        gate: Promise.resolve(),
    };
    const notices: string[] = [];
    const pushes: unknown[] = [];
    const results: string[] = [];
    const pipelines = createPipelineStore(workshop);
    const enqueue = createEnqueue({ ...workshop, running: createRunningDeployments(), wake: () => undefined });
    const ports = {
        ...workshop,
        enqueue,
        pipelines,
        enqueuePipeline: createEnqueuePipeline({ pipelines, wakePipelines: () => undefined }),
        baseUrl: "https://dockge.example",
        random: () => 0.5,
        onNotice: (message: string) => void notices.push(message),
        metrics: { repositoryPolled: (result: string) => void results.push(result) },
        host: { push: (_: string, payload: unknown) => void pushes.push(payload) },
        git: {
            ...workshop.git,
            async listRemote({ url }: { readonly url: string }): Promise<RemoteRefs> {
                remote.asked.push(url);
                await remote.gate;
                if (remote.failure !== undefined) {
                    throw remote.failure;
                }
                return asRemoteRefs(remote.refs);
            },
        },
    };
    return { ...workshop, ports, remote, notices, pushes, results, connect: () => connect(workshop) };
}

export type Follower = Awaited<ReturnType<typeof openFollower>>;

function asRemoteRefs(refs: Readonly<Record<string, string>>): RemoteRefs {
    const under = (prefix: string) =>
        Object.entries(refs)
            .filter(([name]) => name.startsWith(prefix))
            .map(([name, commit]) => ({ name: name.slice(prefix.length), commit }));
    return { branches: under("refs/heads/"), tags: under("refs/tags/"), defaultBranch: "main" };
}
