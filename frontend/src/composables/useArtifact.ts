import { saveBlob } from "../model/log-text.ts";
import { useAsyncAction, type AsyncAction } from "./useAsyncAction.ts";
import { useRest } from "./useRest.ts";

/** Saves what a job has left, as one archive. */
export function useArtifact(): AsyncAction<[job: { readonly id: string; readonly name: string }]> {
    const rest = useRest();

    return useAsyncAction(async ({ id, name }: { readonly id: string; readonly name: string }) => {
        const response = await rest(`/jobs/${id}/artifacts`);
        saveBlob(`${name.replaceAll(/[^\w.-]+/g, "-")}.tar.gz`, await response.blob());
    });
}
