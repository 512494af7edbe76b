import type { DeploymentHealth } from "../../../common/schema/deployment-health.ts";
import { plainText } from "../compose/plain-text.ts";
import type { DeploymentRun } from "./deployment-run.ts";

const longestOutput = 500;
const mostLines = 10;

/** What verifying sees as it may leave the server: without secrets, and of bounded length. */
export function maskHealth(run: Pick<DeploymentRun, "mask">, health: DeploymentHealth): DeploymentHealth {
    const { httpCheck } = health;
    return {
        ...health,
        services: health.services.map((service) => ({
            ...service,
            reason: run.mask(service.reason),
            check: service.check && { ...service.check, output: outputEnd(run, service.check.output) },
        })),
        httpCheck: httpCheck && { ...httpCheck, url: run.mask(httpCheck.url) },
    };
}

/** The end of an output says most. Masked before it is cut: what is left of a secret would not be found any more. */
function outputEnd(run: Pick<DeploymentRun, "mask">, output: string): string {
    const lines = plainText(output).trim().split(/\r?\n/).slice(-mostLines);
    const text = lines.map((line) => run.mask(line, "…")).join("\n");
    return text.length > longestOutput ? `…${text.slice(-longestOutput)}` : text;
}
