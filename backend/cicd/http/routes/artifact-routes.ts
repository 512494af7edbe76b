import { z } from "zod";
import { streamRoute, type Route } from "../route.ts";
import { idParams } from "../schemas.ts";
import { sendFile } from "../send-file.ts";

export const artifactRoutes: readonly Route[] = [
    streamRoute({
        method: "get",
        path: "/jobs/{id}/artifacts",
        right: "read",
        tag: "Pipelines",
        summary: "What a job has left, as one archive; 404 where it left nothing, or nothing is kept any more.",
        contentTypes: ["application/gzip"],
        request: z.object({ params: idParams }),
        async handle({ params }, { services }) {
            const archive = await services.findArtifacts(params.id);
            return (_request, response) => sendFile(response, { ...archive, contentType: "application/gzip" });
        },
    }),
];
