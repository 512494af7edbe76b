import { z } from "zod";
import { AppError } from "../../../../common/errors.ts";
import { BuildConfig, BuildConfigInput } from "../../../../common/schema/build-config.ts";
import { route, type Route } from "../route.ts";
import { stackParams } from "../schemas.ts";

const path = "/stacks/{stack}/build-config";
const tag = "Build configuration";

export const buildConfigRoutes: readonly Route[] = [
    route({
        method: "get",
        path,
        right: "read",
        tag,
        summary: "How a stack is built and deployed; secret values read as null.",
        request: z.object({ params: stackParams }),
        response: BuildConfig,
        async handle({ params }, { services }) {
            const config = await services.findBuildConfig(params.stack);
            if (config === undefined) {
                throw new AppError(
                    "not_found",
                    `build-config: the stack "${params.stack}" has none; connect a repository first`,
                );
            }
            return config;
        },
    }),
    route({
        method: "put",
        path,
        right: "edit",
        tag,
        summary:
            "Replace the build configuration. What is left out takes its default; a secret that is left out is kept, null " +
            "removes it.",
        example: {
            buildType: "docker_build",
            composePath: "compose.yaml",
            environmentVariables: [{ name: "API_KEY", value: "s3cret", secret: true }],
            healthCheckPath: "/healthz",
        },
        request: z.object({ params: stackParams, body: BuildConfigInput }),
        response: BuildConfig,
        handle: async ({ params, body }, { services, caller }) =>
            services.saveBuildConfig({ ...params, input: body, caller }),
    }),
];
