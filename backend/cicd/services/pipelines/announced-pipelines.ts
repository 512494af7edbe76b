import type { PipelineStore } from "../../core/pipeline-run.ts";

/** The same store, that tells of the runs that it adds and changes, whoever changes them. */
export function announcedPipelines(store: PipelineStore, announcePipeline: (id: string) => void): PipelineStore {
    return {
        ...store,
        async create(pipeline) {
            const created = await store.create(pipeline);
            announcePipeline(created.id);
            return created;
        },
        async update(id, change) {
            const changed = await store.update(id, change);
            announcePipeline(id);
            return changed;
        },
        async requestJob(id, by) {
            const job = await store.requestJob(id, by);
            if (job !== undefined) {
                announcePipeline(job.pipelineId);
            }
            return job;
        },
        async requestCancel(id, reason) {
            const noted = await store.requestCancel(id, reason);
            announcePipeline(id);
            return noted;
        },
        async supersede(stackId, branch, by) {
            const ended = await store.supersede(stackId, branch, by);
            ended.forEach(({ id }) => announcePipeline(id));
            return ended;
        },
    };
}
