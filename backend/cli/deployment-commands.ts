import { z } from "zod";
import { Deployment } from "../../common/schema/deployment.ts";
import { connectApi, urlFlag } from "./api-client.ts";
import { exitCodes } from "./cli-ports.ts";
import type { Command } from "./command.ts";
import { followDeployment, followEither } from "./follow-deployment.ts";
import { readRequest, requestFlags } from "./request-flags.ts";

const Started = z.object({ deployment: Deployment });

export const deployCommand: Command = {
    name: "deploy",
    words: ["<stack>"],
    summary: "Deploy a stack on a running server and follow its log.",
    flags: {
        ...requestFlags,
        detach: { type: "boolean", help: "Do not wait; print the deployment's id" },
        ...urlFlag,
    },
    async run(line, ports) {
        const request = readRequest(line);
        const client = await connectApi(line, ports);
        const path = `/stacks/${encodeURIComponent(line.words[0] ?? "")}/deployments`;
        const { deployment } = Started.parse(await client.call("POST", path, request));
        if (line.has("detach")) {
            ports.print(deployment.id);
            return exitCodes.ok;
        }
        ports.printError(`Deployment ${deployment.id}`);
        return followDeployment(client, deployment.id, ports);
    },
};

export const logsCommand: Command = {
    name: "logs",
    words: ["<id>"],
    summary: "Print the log of a deployment or a pipeline, and follow it while it runs.",
    flags: urlFlag,
    async run(line, ports) {
        return followEither(await connectApi(line, ports), line.words[0] ?? "", ports);
    },
};
