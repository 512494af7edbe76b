import { z } from "zod";
import { invalidInput } from "../../common/invalid-input.ts";
import { Deployment, DeploymentRequest } from "../../common/schema/deployment.ts";
import { connectApi, urlFlag } from "./api-client.ts";
import { exitCodes } from "./cli-ports.ts";
import { UsageError, type Command, type CommandLine } from "./command.ts";
import { followDeployment } from "./follow-deployment.ts";

const Started = z.object({ deployment: Deployment });

export const deployCommand: Command = {
    name: "deploy",
    words: ["<stack>"],
    summary: "Deploy a stack on a running server and follow its log.",
    flags: {
        branch: { type: "string", help: "Branch to deploy (the repository's)" },
        tag: { type: "string", help: "Tag to deploy" },
        commit: { type: "string", help: "Commit to deploy (the newest)" },
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
    words: ["<deployment>"],
    summary: "Print a deployment's log, and follow it while it runs.",
    flags: urlFlag,
    async run(line, ports) {
        return followDeployment(await connectApi(line, ports), line.words[0] ?? "", ports);
    },
};

function readRequest(line: CommandLine): DeploymentRequest {
    const given = { branch: line.text("branch"), tag: line.text("tag"), commit: line.text("commit") };
    const request = DeploymentRequest.safeParse(given);
    if (!request.success) {
        throw new UsageError(invalidInput(request.error).message);
    }
    return request.data;
}
